import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { filter, firstValueFrom, map, merge } from 'rxjs';
import { LookoutError } from '../../errors.ts';
import { superviseChild } from '../../health/child.ts';
import type { SupervisedChild } from '../../health/child.ts';
import type { Logger } from '../../health/log.ts';
import { Secret } from '../../secret.ts';
import type { Refusals } from './refusalCount.ts';

export interface RtmpServerOptions {
  /** address to listen on; 127.0.0.1 unless cameras publish over the network */
  readonly host?: string;
  /** 0: any free port */
  readonly port: number;
  /** the stream keys that may publish, letters, digits, `_` and `-`; unguessable, since the key is all that guards a stream */
  readonly keys: readonly Secret[];
}

export interface RtmpServer {
  readonly port: number;
  /** where a camera publishes and where Lookout reads: `rtmp://…/live/<key>` */
  url(key: Secret): Secret;
  /** from now on these keys, and no others, may connect; connections with others are closed */
  allow(keys: readonly Secret[]): void;
  readonly child: SupervisedChild;
}

const MEMORY_MB = 512;
/** glibc learns to keep large blocks, and a wave of connections would be held for ever; so they go back to the system (mallopt(3)). */
const MALLOC = { MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_ARENA_MAX: '2' };

/**
 * Starts Lookout's own RTMP server in a child process and resolves when it listens. It is restarted on the same port when it
 * dies. Only whoever shows a key in its path is handed on to the server's code; all before that is bounded. Throws PORT_IN_USE.
 */
export async function startRtmpServer(opts: RtmpServerOptions, signal: AbortSignal, log: Logger): Promise<RtmpServer> {
  const host = opts.host ?? '127.0.0.1';
  const port = opts.port === 0 ? await freePort(host) : opts.port;
  const init = { host, port, keys: opts.keys.map((key) => key.reveal()) };
  const child = superviseChild(
    { name: 'rtmp server', entry: new URL('./child.ts', import.meta.url), env: MALLOC, memoryMb: MEMORY_MB, init, retryFirst: false, urgent: true },
    signal,
    log,
  );
  child.messages$.subscribe((message) => report(message as Refusals, log));
  const up = child.state$.pipe(filter((state) => state === 'up'));
  const refused = child.exits$.pipe(filter((exit) => exit.code !== 'CHILD_EXITED'), map((exit) => new LookoutError(exit.code, exit.detail)));
  const first = await firstValueFrom(merge(up, refused), { defaultValue: undefined });
  if (first instanceof LookoutError) throw first;
  signal.throwIfAborted();
  const reader = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return {
    port,
    url: (key) => new Secret(`rtmp://${reader}:${port}/live/${key.reveal()}`),
    allow: (keys) => {
      // the same array goes out at every restart
      init.keys.splice(0, init.keys.length, ...keys.map((key) => key.reveal()));
      child.send(init.keys);
    },
    child,
  };
}

/** A camera with a mistyped key would knock for ever without a word in the log. */
function report({ count, address, reason }: Refusals, log: Logger): void {
  const error = new LookoutError('RTMP_REFUSED', reason);
  log.warn({ code: error.code, count, address }, `rtmp server: ${count === 1 ? 'a connection' : `${count} connections`} closed, the last from ${address}: ${error.message}`);
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause) => reject(new LookoutError('PORT_IN_USE', `No port can be opened on ${host} (${cause.message}).`, { cause })));
    server.listen(0, host, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { programFor } from '../../src/health/program.ts';

/** How an engine behaves from now on; by default as it should. */
export interface EngineManner {
  readonly fault?: 'hang' | 'hang in the body' | 'status' | 'big' | 'endless' | 'trickle' | 'no json' | 'half' | 'reset' | 'redirect' | 'headers' | 'no http';
  readonly status?: number;
  readonly words?: string;
  readonly retryAfter?: string;
  /** of a big answer: says beforehand how big */
  readonly told?: boolean;
  readonly to?: string;
  /** ms for an answer, and for every `nth` one */
  readonly takes?: readonly [number, number?];
  readonly nth?: number;
  /** of GET: a status, or nothing at all */
  readonly health?: 'hang' | number;
}

export interface EngineStart {
  readonly name?: string;
  readonly port?: number;
  readonly manner?: EngineManner;
  /** texts in PEM; with `ca` it asks for a certificate */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string; readonly rejectUnauthorized?: boolean };
  readonly keepAliveMs?: number;
}

export interface EngineCounts {
  requests: number;
  answered: number;
  /** the client went before the answer */
  abandoned: number;
  outstanding: number;
  mostAtOnce: number;
  /** GETs */
  checks: number;
  /** bytes */
  bodies: number;
  /** requests beside /v1/ */
  elsewhere: number;
}

export interface PeerEngine {
  readonly port: number;
  readonly url: string;
  /** from the next request on */
  behave(manner: EngineManner): Promise<void>;
  counts(): Promise<EngineCounts>;
  /** as a crash: connections are reset */
  kill(): Promise<void>;
}

/** An engine in a process of its own, since some of what it does would hold up a test's. */
export async function peerEngine(start: EngineStart = {}): Promise<PeerEngine> {
  const { file, flags } = programFor(new URL('./engineChild.ts', import.meta.url));
  const child = fork(file, [JSON.stringify(start)], { execArgv: [...flags] });
  const { port } = await answer<{ port: number }>(child);
  const ask = async (message: object): Promise<EngineCounts> => {
    const reply = answer<{ counts: EngineCounts }>(child);
    child.send(message);
    return (await reply).counts;
  };
  return {
    port,
    url: `${start.tls ? 'https' : 'http'}://127.0.0.1:${port}/v1`,
    behave: async (manner) => void (await ask({ manner })),
    counts: () => ask({}),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function answer<T>(child: ChildProcess): Promise<T> {
  const signal = new AbortController();
  try {
    const [message] = (await Promise.race([once(child, 'message', signal), once(child, 'exit', signal).then(([code]) => Promise.reject(new Error(`the engine ended (${String(code)})`)))])) as [T];
    return message;
  } finally {
    signal.abort();
  }
}

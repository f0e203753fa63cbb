import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { LookoutError } from '../errors.ts';

/**
 * The way libav is let out: it connects to a listener of ours on loopback, and what happens behind that is ours. It never resolves a
 * name and never opens a connection of its own to anywhere else.
 */
export interface Way {
  readonly host: string;
  readonly port: number;
  /** why it was cut from our side, if it was: libav sees no more than a connection that ends */
  readonly fault: LookoutError | undefined;
  /** Ends the connections on both sides; the first fault stays. */
  close(fault?: LookoutError): void;
}

/** Ends the way; the first fault stays. */
export type Cut = (fault?: LookoutError) => void;

/**
 * Listens for `connections` connections, one after the other; the listener closes when it has accepted the last of them.
 * `attach` gets each, and `cut`; what it throws cuts the way. `stopped` is called once, when the way has ended.
 */
export async function openWay(host: '127.0.0.1' | '::1', connections: number, attach: (local: Socket, cut: Cut) => void | Promise<void>, stopped: () => void): Promise<Way> {
  let fault: LookoutError | undefined;
  let open = true;
  let left = connections;
  const locals = new Set<Socket>();
  const server = createServer({ noDelay: true });
  const cut: Cut = (why) => {
    if (!open) return;
    open = false;
    fault = why;
    server.close();
    for (const local of locals) local.destroy();
    stopped();
  };
  server.on('connection', (local) => {
    left -= 1;
    if (left <= 0) server.close();
    if (!open || left < 0 || locals.size > 0) return void local.destroy();
    locals.add(local);
    local.on('error', () => undefined);
    local.once('close', () => {
      locals.delete(local);
      if (left <= 0) cut();
    });
    new Promise<void>((resolve) => resolve(attach(local, cut))).catch((error: unknown) => {
      cut(error instanceof LookoutError ? error : new LookoutError('CAMERA_UNREACHABLE', 'The way to the camera broke.', { cause: error }));
    });
  });
  server.on('error', () => cut());
  server.listen({ host, port: 0, backlog: 1 });
  await once(server, 'listening');
  return {
    host,
    port: (server.address() as AddressInfo).port,
    get fault() {
      return fault;
    },
    close: cut,
  };
}

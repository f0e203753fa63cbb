import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A place that nobody may reach: it hears TCP and UDP on one port, and counts. */
export interface Canary {
  readonly port: number;
  readonly heard: number;
  close(): void;
}

export async function startCanary(host: string): Promise<Canary> {
  for (;;) {
    let heard = 0;
    const tcp = createServer((socket) => {
      heard += 1;
      socket.destroy();
    }).listen(0, host);
    await once(tcp, 'listening');
    const { port } = tcp.address() as AddressInfo;
    // RTCP goes one port further
    const sockets = [port, port + 1].map((each) => ({ each, socket: createSocket(host.includes(':') ? 'udp6' : 'udp4').on('message', () => (heard += 1)) }));
    const bound = await Promise.all(sockets.map(({ each, socket }) => new Promise<boolean>((resolve) => socket.once('error', () => resolve(false)).bind(each, host, () => resolve(true)))));
    const close = (): void => {
      tcp.close();
      for (const { socket } of sockets) socket.close();
    };
    if (bound.every(Boolean)) return { port, close, get heard() { return heard; } };
    close();
  }
}

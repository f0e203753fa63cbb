import { createServer, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { LookoutError } from '../errors.ts';

export interface Broker {
  readonly port: number;
  /** mqtt://127.0.0.1:port */
  readonly url: string;
  close(): Promise<void>;
}

/** More clients than a demo has use for; each may hold a packet in memory. */
const MAX_CLIENTS = 32;

/**
 * An MQTT broker for the demo, for programs on this machine only: it asks for no password and bounds no packet before a
 * client has said hello, so it must not be reachable from elsewhere. In production any MQTT broker takes its place.
 * @param port 0 takes a free one
 * @throws LookoutError PORT_IN_USE
 */
export async function startBroker(port: number): Promise<Broker> {
  const broker = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    broker.handle(socket);
  });
  server.maxConnections = MAX_CLIENTS;
  const taken = await listen(server, port);
  return {
    port: taken,
    url: `mqtt://127.0.0.1:${taken}`,
    close: async () => {
      await new Promise<void>((resolve) => broker.close(resolve));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(cause.code === 'EADDRINUSE' ? new LookoutError('PORT_IN_USE', `127.0.0.1:${port} (MQTT) is taken.`, { cause }) : cause);
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

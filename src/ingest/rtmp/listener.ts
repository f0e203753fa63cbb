import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { LookoutError } from '../../errors.ts';
import { type Door, receive } from './connection.ts';
import { seat } from './guest.ts';
import { refusal } from './refusal.ts';
import type { RefusalCount } from './refusalCount.ts';
import { WaitingRoom } from './waiting.ts';

export interface Listener {
  /** From now on these paths are good; connections on others are closed. */
  allow(paths: ReadonlySet<string>): void;
  close(): void;
}

/** Opens the door and resolves when it listens. Throws PORT_IN_USE. */
export async function openDoor(host: string, port: number, count: RefusalCount): Promise<Listener> {
  let good: ReadonlySet<string> = new Set<string>();
  const sockets = new Set<Socket>();
  const guests = new Map<Socket, string>();
  const door: Door = {
    admit(socket, wish) {
      if (!good.has(wish.path)) throw refusal(`No camera has the key it wanted to ${wish.intent}.`);
      waiting.admit(socket);
      guests.set(socket, wish.path);
      return seat(socket, wish);
    },
    refuse(socket, error) {
      count.add(socket.remoteAddress ?? 'unknown', error instanceof LookoutError ? error.detail : 'It made no sense to the server.');
      socket.destroy();
    },
  };
  const waiting = new WaitingRoom((socket, reason) => door.refuse(socket, refusal(reason)));
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      guests.delete(socket);
    });
    socket.setNoDelay(true);
    receive(socket, door);
    waiting.enter(socket);
  });
  await listen(server, host, port);
  return {
    allow(paths) {
      good = paths;
      for (const [socket, path] of guests) if (!paths.has(path)) socket.destroy();
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'is already in use' : `cannot be opened (${cause.code})`;
      reject(new LookoutError('PORT_IN_USE', `RTMP port ${host}:${port} ${why}.`, { cause }));
    });
    server.listen(port, host, resolve);
  });
}

import type { Socket } from 'node:net';
import { ChunkReader } from './chunks.ts';
import { createGreeting, createHandshake } from './greeting.ts';
import type { Wish } from './greeting.ts';
import type { Guest } from './guest.ts';
import { STRANGER } from './limits.ts';
import { refusal } from './refusal.ts';

/** What a connection asks of the door. */
export interface Door {
  /** Throws RTMP_REFUSED when the path names no key. */
  admit(socket: Socket, wish: Wish): Guest;
  /** Closes the connection, and remembers why. */
  refuse(socket: Socket, error: unknown): void;
}

/**
 * The way of one connection: handshake, greeting, and, with a key, its session. Whatever is thrown on the way closes this connection
 * alone; what came with it in the same read is not looked at any more.
 */
export function receive(socket: Socket, door: Door): void {
  const reply = (bytes: Buffer): void => void socket.write(bytes);
  const handshake = createHandshake(reply);
  const greeting = createGreeting(reply);
  const reader = new ChunkReader(STRANGER.chunks);
  let shaken = false;
  let guest: Guest | undefined;
  let bytes = 0;

  const hear = (data: Buffer): void => {
    bytes += data.length;
    guest?.heard(data.length);
    const chunks = shaken ? data : handshake.take(data);
    if (chunks) {
      shaken = true;
      talk(chunks);
    }
    if (!guest && bytes > STRANGER.bytes) throw refusal(`${bytes} bytes came before any key.`);
  };
  const talk = (chunks: Buffer): void => {
    for (const message of reader.read(chunks)) {
      if (guest) guest.message(message);
      else {
        const wish = greeting.hear(message);
        if (wish) guest = door.admit(socket, wish);
        if (guest) reader.limits = guest.limits;
      }
      if (socket.destroyed) return;
    }
  };
  socket.on('data', (data: Buffer) => {
    if (socket.destroyed) return;
    try {
      hear(data);
    } catch (error) {
      door.refuse(socket, error);
    }
  });
  socket.on('end', () => socket.destroy());
  // a broken connection is followed by its `close`, and that is all there is to do about it
  socket.on('error', () => socket.destroy());
}

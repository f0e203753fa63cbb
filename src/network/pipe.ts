import type { OnReadOpts, Socket } from 'node:net';

/** Takes bytes, which are valid only until it returns; false: no more until the socket is resumed. */
export type Take = (chunk: Buffer) => boolean;

/** For how many ms bytes may gather at the camera's end before they are read: fewer and larger reads cost less. 0: none. */
export type Gather = () => number;

/** How a socket is read. */
export interface Intake {
  /** for a plain socket, when it is made */
  readonly onread: OnReadOpts;
  /** Begins to read; until then the socket is left alone. */
  read(socket: Socket, take: Take): void;
}

const BUFFER = 256 * 1024;
/** More than this that has gathered is read to its end at once. */
const MUCH = 128 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * A camera's packets pass here for weeks: a plain socket is read into one buffer again and again, which saves an allocation and a
 * stream's bookkeeping a read. TLS hands out chunks of its own.
 */
export function createIntake(gather: Gather = () => 0): Intake {
  const buffer = Buffer.allocUnsafeSlow(BUFFER);
  let taker: Take | undefined;
  let early = NOTHING;
  return {
    onread: {
      buffer,
      callback: (bytes) => {
        const chunk = buffer.subarray(0, bytes);
        if (taker) return taker(chunk);
        // one buffer of a camera that speaks unasked; it waits with the rest
        early = Buffer.concat([early, chunk]);
        return false;
      },
    },
    read(socket, take) {
      taker = (chunk) => {
        const wait = gather();
        if (!take(chunk)) return false;
        if (wait === 0 || chunk.length > MUCH) return true;
        setTimeout(() => socket.resume(), wait);
        return false;
      };
      const went = taker;
      if ('encrypted' in socket) return void socket.on('data', (chunk: Buffer) => void (went(chunk) || socket.pause()));
      const waiting = early;
      early = NOTHING;
      if (waiting.length === 0 || went(waiting)) socket.resume();
    },
  };
}

/** Writes on; false when it did not all go at once: then `from` is resumed as soon as it has. What waits here is what one read brought, at most. */
export function pass(chunk: Buffer, to: Socket, from: Socket): boolean {
  to.write(chunk);
  return gone(to, from);
}

/** The same of several pieces, or none. */
export function passAll(chunks: readonly Buffer[], to: Socket, from: Socket): boolean {
  const [only] = chunks;
  if (chunks.length === 1 && only) return pass(only, to, from);
  sendAll(chunks, to);
  return gone(to, from);
}

/** Writes pieces in one go. */
export function sendAll(chunks: readonly Buffer[], to: Socket): void {
  to.cork();
  for (const chunk of chunks) to.write(chunk);
  to.uncork();
}

function gone(to: Socket, from: Socket): boolean {
  if (to.writableLength === 0) return true;
  to.write(NOTHING, () => from.resume());
  return false;
}

/** From one end to the other and back, until either ends. */
export function pipeBoth(local: Socket, remote: Socket, intake: Intake): void {
  local.on('data', (chunk: Buffer) => void (pass(chunk, remote, local) || local.pause()));
  intake.read(remote, (chunk) => pass(chunk, local, remote));
}

/** What the remote end has sent is still read when it is gone; when the local end is gone nobody wants the remote one. */
export function tie(local: Socket, remote: Socket): void {
  remote.once('close', () => local.end());
  local.once('close', () => remote.destroy());
  if (remote.destroyed) local.end();
  if (local.destroyed) remote.destroy();
}

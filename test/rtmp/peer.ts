import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { type Amf, writeAmf } from '../../src/ingest/rtmp/amf.ts';
import { ChunkReader } from '../../src/ingest/rtmp/chunks.ts';
import { type Message, TYPE } from '../../src/ingest/rtmp/message.ts';

/** The bytes of an RTMP client, right and wrong ones, and a socket to send them on. */

const HELLO = 1536;

/** C0, C1 and C2: a client need not wait for the answers. */
export const hello = (): Buffer => Buffer.concat([Buffer.from([3]), Buffer.alloc(2 * HELLO, 7)]);

/** A chunk's header of type 0 or 1, whatever it announces. */
export function header(fields: { format?: number; id?: number; time?: number; length: number; type: number; stream?: number }): Buffer {
  const { format = 0, id = 3, time = 0, length, type, stream = 1 } = fields;
  const head = Buffer.alloc(format === 0 ? 12 : 8);
  head[0] = (format << 6) | id;
  head.writeUIntBE(Math.min(time, 0xffffff), 1, 3);
  head.writeUIntBE(length, 4, 3);
  head[7] = type;
  if (format === 0) head.writeUInt32LE(stream, 8);
  if (time < 0xffffff) return head;
  const extended = Buffer.alloc(4);
  extended.writeUInt32BE(time);
  return Buffer.concat([head, extended]);
}

/** A message in chunks of `size`. */
export function message(type: number, payload: Buffer, opts: { id?: number; time?: number; stream?: number; size?: number } = {}): Buffer {
  const { id = 3, size = 128, time = 0 } = opts;
  const parts = [header({ ...opts, length: payload.length, type }), payload.subarray(0, size)];
  const more = Buffer.from([0xc0 | id]);
  const extended = time < 0xffffff ? Buffer.alloc(0) : header({ ...opts, length: 0, type }).subarray(-4);
  for (let at = size; at < payload.length; at += size) parts.push(more, extended, payload.subarray(at, at + size));
  return Buffer.concat(parts);
}

export const command = (...values: readonly Amf[]): Buffer => message(TYPE.command, writeAmf(...values));
export const connectTo = (app: string): Buffer => command('connect', 1, new Map<string, Amf>([['app', app], ['tcUrl', `rtmp://127.0.0.1/${app}`]]));
export const createStream = (): Buffer => command('createStream', 2, null);
export const publish = (key: string): Buffer => Buffer.concat([hello(), connectTo('live'), createStream(), command('publish', 3, null, key, 'live')]);
export const play = (key: string): Buffer => Buffer.concat([hello(), connectTo('live'), createStream(), command('play', 3, null, key, -2)]);

/** A picture as FLV carries H.264: what is in it is no matter to the door. */
export function picture(keyframe: boolean, body: Buffer, time = 0): Buffer {
  return message(TYPE.video, Buffer.concat([Buffer.from([keyframe ? 0x17 : 0x27, 1, 0, 0, 0]), body]), { id: 4, time });
}

export interface Peer {
  readonly socket: Socket;
  readonly messages: Message[];
  /** resolves when the other side has closed */
  readonly closed: Promise<unknown>;
  send(...bytes: readonly Buffer[]): void;
  /** resolves with the first message that fits, once it has come */
  until(fits: (message: Message) => boolean): Promise<Message>;
}

export function openPeer(port: number, opts: { from?: string; bytes?: Buffer } = {}): Peer {
  const socket = connect({ port, host: '127.0.0.1', localAddress: opts.from });
  const messages: Message[] = [];
  const reader = new ChunkReader({ message: 16e6, chunkStreams: 64, pending: 64e6 });
  let skip = 1 + 2 * HELLO;
  // whether it is ended or reset is no matter
  socket.on('error', () => undefined);
  socket.on('data', (data: Buffer) => {
    const rest = data.subarray(Math.min(skip, data.length));
    skip -= data.length - rest.length;
    for (const each of reader.read(rest)) {
      messages.push(each);
      socket.emit('message', each);
    }
  });
  const closed = new Promise((resolve) => void socket.once('close', resolve));
  if (opts.bytes) socket.write(opts.bytes);
  return {
    socket,
    messages,
    closed,
    send: (...bytes) => void socket.write(Buffer.concat(bytes)),
    until: async (fits) => {
      for (let at = 0; ; at++) {
        while (at >= messages.length) {
          if (socket.destroyed) throw new Error('closed before what was waited for came');
          await Promise.race([new Promise((resolve) => void socket.once('message', resolve)), closed]);
        }
        const found = messages[at];
        if (found && fits(found)) return found;
      }
    },
  };
}

/** Resolves when the door has taken so many bytes: it acknowledges what a camera sends. */
export const taken = (peer: Peer, bytes: number): Promise<Message> => peer.until(({ type, payload }) => type === TYPE.acknowledgement && payload.readUInt32BE() > bytes);

export const isPicture = ({ type }: Message): boolean => type === TYPE.video;

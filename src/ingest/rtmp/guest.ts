import type { Socket } from 'node:net';
import context from 'node-media-server/src/core/context.js';
import type { Broadcast } from 'node-media-server/src/core/context.js';
import RtmpSession from 'node-media-server/src/session/rtmp_session.js';
import type { Wish } from './greeting.ts';
import { boundKept, forget } from './kept.ts';
import { CAMERA, type ChunkLimits, READER } from './limits.ts';
import { type Message, TYPE } from './message.ts';
import { pace } from './pace.ts';
import { refusal } from './refusal.ts';
import { packetOf } from './tag.ts';

/** Somebody with a key: from here on the server's own code hears of it, one whole message at a time. */
export interface Guest {
  readonly limits: ChunkLimits;
  /** so many bytes have come in */
  heard(bytes: number): void;
  /** Throws RTMP_REFUSED, or whatever the server's code throws: the connection is then closed. */
  message(message: Message): void;
}

/** Opens a session for a wish whose path has been found good. */
export function seat(socket: Socket, wish: Wish): Guest {
  return wish.intent === 'publish' ? publisher(socket, wish) : reader(socket, wish);
}

function publisher(socket: Socket, wish: Wish): Guest {
  // a camera that comes back while its old connection still hangs takes its own place; readers begin anew with its new clock
  const before = context.broadcasts.get(wish.path);
  if (before?.publisher) {
    before.publisher.socket.destroy();
    endPublication(wish.path, before);
  }
  const session = open(socket, wish);
  const { broadcast } = session;
  session.rtmp.respondPublish();
  session.onPush();
  if (broadcast.publisher !== session) throw refusal('The server did not take the stream.');
  socket.setTimeout(CAMERA.silence, () => socket.destroy());
  socket.once('close', () => {
    session.onClose();
    endPublication(wish.path, broadcast);
  });
  const slow = pace(socket, CAMERA);
  let bytes = 0;
  let acknowledged = 0;
  return {
    limits: CAMERA.chunks,
    heard(count) {
      slow(count);
      bytes += count;
      if (bytes - acknowledged < CAMERA.acknowledge) return;
      acknowledged = bytes;
      session.rtmp.sendACK(bytes % 2 ** 32);
    },
    message(message) {
      if (ends(message)) socket.destroy();
      const packet = packetOf(message);
      if (!packet) return;
      session.onPacket(packet);
      boundKept(broadcast, packet);
    },
  };
}

function reader(socket: Socket, wish: Wish): Guest {
  const session = open(socket, wish);
  const { subscribers } = session.broadcast;
  // the server itself would hoard for a slow reader without a bound
  session.sendBuffer = (bytes) => {
    if (socket.writableLength > READER.unread) socket.destroy();
    else if (!socket.destroyed) socket.write(bytes);
  };
  socket.setKeepAlive(true, CAMERA.silence);
  socket.once('close', () => session.onClose());
  const live = [...subscribers.values()].filter((each) => !each.socket.destroyed);
  for (const oldest of live.slice(0, Math.max(0, live.length + 1 - READER.perKey))) oldest.socket.destroy();
  session.rtmp.respondPlay();
  session.onPlay();
  return {
    limits: READER.chunks,
    heard: pace(socket, READER),
    message(message) {
      if (ends(message)) socket.destroy();
      // the server would send on to the others whatever pictures a reader sends
      if (message.type === TYPE.audio || message.type === TYPE.video || message.type === TYPE.data) throw refusal('A reader sent pictures.');
    },
  };
}

function open(socket: Socket, { path, stream }: Wish): RtmpSession {
  const session = new RtmpSession(socket);
  session.rtmp.onOutputCallback = (bytes) => session.onOutput(bytes);
  session.rtmp.streamApp = 'live';
  session.rtmp.streamName = 'camera';
  session.rtmp.streamId = stream;
  const [, app = '', name = ''] = path.split('/');
  session.onConnect({ app, name, host: '', query: {} });
  session.broadcast.publishGraceMs = 0;
  return session;
}

/**
 * Its readers begin anew, and the next publication gets a broadcast of its own: the server would carry this one's time on into it
 * where the address is the same, and put it where nobody looks where it is not.
 */
function endPublication(path: string, broadcast: Broadcast): void {
  for (const each of broadcast.subscribers.values()) each.socket.destroy();
  if (context.broadcasts.get(path) === broadcast) context.broadcasts.delete(path);
  forget(broadcast);
}

/** A peer that takes leave, so that its place is free at once. What else it commands, and how, is no matter. */
function ends({ type, payload }: Message): boolean {
  if (type !== TYPE.command && type !== TYPE.command3) return false;
  const name = payload.subarray(type === TYPE.command3 ? 4 : 3).toString('latin1', 0, 16);
  return ['deleteStream', 'closeStream', 'FCUnpublish'].some((leave) => name.startsWith(leave));
}

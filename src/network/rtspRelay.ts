import type { Socket } from 'node:net';
import { LookoutError } from '../errors.ts';
import type { Intake } from './pipe.ts';
import { pass, passAll, sendAll, tie } from './pipe.ts';
import { RtspFault, RtspReader, writeMessage } from './rtspMessage.ts';
import type { RtspItem, RtspMessage } from './rtspMessage.ts';
import { safeTransport } from './rtspTransport.ts';
import type { Cut } from './way.ts';

/** What a server's answers said of the session by the time that it plays. */
export interface RtspSession {
  /** the channel of each stream's RTP packets, where they are interleaved */
  readonly channels: readonly (number | undefined)[];
  /** after so long without a word the server ends it, s */
  readonly timeout: number;
}

/** What stands in the way of a playing stream's bytes. */
export interface Passage {
  /** Takes bytes, valid until it returns; gives out those that go on, valid as long. Throws nothing. */
  take(chunk: Buffer): readonly Buffer[];
  /** Gets what other bytes go on by, at any other time. */
  attach(out: (bytes: readonly Buffer[]) => void): void;
  /** Gives out what it still has: no more will come. */
  release(): void;
}

export interface RtspPeer {
  readonly shown: string;
  /** the address that the camera was reached at */
  readonly address: string;
  /** A reply sends us elsewhere: whether that is followed is decided by whoever opens the next way. */
  redirected(location: string): void;
  /** The stream plays: from here on the relay reads no more of it, and passes it on by what is returned, if anything is. */
  playing(session: RtspSession): Passage | undefined;
}

/**
 * Stands between libav and a camera until the stream plays: replies pass only in one clear form, a redirection ends the connection,
 * and SETUP's answer cannot name another address. After the reply to PLAY it only passes bytes on, through what its peer puts in the way.
 */
export function relayRtsp(local: Socket, remote: Socket, intake: Intake, peer: RtspPeer, cut: Cut): void {
  const reader = new RtspReader();
  /** methods that libav asked for and that are not answered yet: it asks one by one, and cameras miscount CSeq */
  const asked: string[] = [];
  const session = createSession();
  let playing = false;
  let passage: Passage | undefined;

  local.on('data', (chunk: Buffer) => {
    const method = playing ? undefined : /^([A-Z_]+) /.exec(chunk.toString('latin1', 0, 32))?.[1];
    if (method && asked.length < 8) asked.push(method);
    if (!pass(chunk, remote, local)) local.pause();
  });
  const judge = (chunk: Buffer): boolean => {
    const out: Buffer[] = [];
    for (const item of reader.push(chunk)) {
      out.push(judged(item, peer));
      if (!('start' in item) || item.status === undefined || item.status < 200) continue;
      const method = asked.shift();
      if (method === 'SETUP' && item.status < 300) session.setUp(item);
      playing = method === 'PLAY' && item.status < 300;
      if (playing) break;
    }
    if (playing) {
      passage = peer.playing(session);
      passage?.attach((bytes) => sendAll(bytes, local));
      const rest = reader.rest();
      out.push(...(passage?.take(rest) ?? [rest]));
    }
    return out.length === 0 || pass(Buffer.concat(out), local, remote);
  };
  intake.read(remote, (chunk) => {
    if (playing) return passage ? passAll(passage.take(chunk), local, remote) : pass(chunk, local, remote);
    try {
      return judge(chunk);
    } catch (error) {
      const why = error instanceof RtspFault ? error.message : 'could not be understood';
      cut(error instanceof LookoutError ? error : new LookoutError('CAMERA_UNREACHABLE', `${peer.shown} ${why}.`, { cause: error }));
      return false;
    }
  });
  for (const socket of [local, remote]) socket.once('close', () => passage?.release());
  tie(local, remote);
}

/** RFC 2326, 12.37: of a session that says nothing of it. */
const USUAL_TIMEOUT = 60;

function createSession(): RtspSession & { setUp(answer: RtspMessage): void } {
  const channels: (number | undefined)[] = [];
  let timeout = USUAL_TIMEOUT;
  return {
    channels,
    get timeout() {
      return timeout;
    },
    setUp({ headers }) {
      const value = (wanted: string): string => headers.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? '';
      const channel = /interleaved=(\d{1,3})/i.exec(value('transport'))?.[1];
      channels.push(channel === undefined ? undefined : Number(channel));
      timeout = Math.min(timeout, Number(/;\s*timeout\s*=\s*(\d{1,6})/i.exec(value('session'))?.[1] ?? timeout));
    },
  };
}

function judged(item: RtspItem, peer: RtspPeer): Buffer {
  if (!('start' in item)) return item;
  const value = (wanted: string): string => item.headers.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? '';
  if (item.start.startsWith('REDIRECT') || (item.status !== undefined && item.status >= 300 && item.status < 400)) {
    peer.redirected(value('location'));
    throw new LookoutError('REDIRECT_REFUSED', `${peer.shown} redirects to another address.`);
  }
  return writeMessage({ ...item, headers: safeHeaders(item, peer.address) });
}

function safeHeaders({ headers, status }: RtspMessage, address: string): RtspMessage['headers'] {
  // only a SETUP that succeeded has a transport to tell of
  const unwanted = status !== undefined && status < 300 ? /^location$/i : /^(location|transport)$/i;
  return headers
    .filter(([name]) => !unwanted.test(name))
    .map(([name, value]) => [name, name.toLowerCase() === 'transport' ? safeTransport(value, address) : value] as const);
}

import type { Socket } from 'node:net';
import { LookoutError } from '../errors.ts';
import type { Intake } from './pipe.ts';
import { pass, tie } from './pipe.ts';
import { RtspFault, RtspReader, writeMessage } from './rtspMessage.ts';
import type { RtspItem, RtspMessage } from './rtspMessage.ts';
import { safeTransport } from './rtspTransport.ts';
import type { Cut } from './way.ts';

export interface RtspPeer {
  readonly shown: string;
  /** the address that the camera was reached at */
  readonly address: string;
  /** A reply sends us elsewhere: whether that is followed is decided by whoever opens the next way. */
  redirected(location: string): void;
  /** The stream plays: from here on the relay reads no more of it. */
  playing(): void;
}

/**
 * Stands between libav and a camera until the stream plays: replies pass only in one clear form, a redirection ends the connection,
 * and SETUP's answer cannot name another address. After the reply to PLAY it only passes bytes on.
 */
export function relayRtsp(local: Socket, remote: Socket, intake: Intake, peer: RtspPeer, cut: Cut): void {
  const reader = new RtspReader();
  /** methods that libav asked for and that are not answered yet: it asks one by one, and cameras miscount CSeq */
  const asked: string[] = [];
  let playing = false;

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
      playing = asked.shift() === 'PLAY' && item.status < 300;
      if (playing) out.push(reader.rest());
      if (playing) break;
    }
    if (playing) peer.playing();
    return out.length === 0 || pass(Buffer.concat(out), local, remote);
  };
  intake.read(remote, (chunk) => {
    if (playing) return pass(chunk, local, remote);
    try {
      return judge(chunk);
    } catch (error) {
      const why = error instanceof RtspFault ? error.message : 'could not be understood';
      cut(error instanceof LookoutError ? error : new LookoutError('CAMERA_UNREACHABLE', `${peer.shown} ${why}.`, { cause: error }));
      return false;
    }
  });
  tie(local, remote);
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

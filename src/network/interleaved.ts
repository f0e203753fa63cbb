import { RtspFault } from './rtspMessage.ts';

/** Takes one whole item of the stream, `$` and all; `channel` is -1 for a message. */
export type TakeItem = (bytes: Buffer, from: number, to: number, channel: number) => void;

const DOLLAR = 0x24;
/** Bytes of a message's lines, and of its body: after PLAY there is little to say. */
const MOST_HEAD = 16 * 1024;
const MOST_BODY = 64 * 1024;

/**
 * Takes apart what a server sends while it plays (RFC 2326, 10.12): binary frames (`$`, channel, length in two bytes), and messages
 * between them. Tells the items that are complete, in order, and returns where the first incomplete one begins.
 * Throws RtspFault for what is neither.
 */
export function walkInterleaved(bytes: Buffer, item: TakeItem): number {
  let at = 0;
  while (at < bytes.length) {
    const channel = bytes[at] === DOLLAR ? bytes[at + 1] : -1;
    const end = channel === -1 ? messageEnd(bytes, at) : frameEnd(bytes, at);
    if (end === undefined || end > bytes.length) break;
    item(bytes, at, end, channel ?? -1);
    at = end;
  }
  return at;
}

/** RTP and RTCP begin so many bytes behind the `$`. */
export const FRAME_HEAD = 4;

const frameEnd = (bytes: Buffer, at: number): number | undefined => (at + FRAME_HEAD > bytes.length ? undefined : at + FRAME_HEAD + bytes.readUInt16BE(at + 2));

/** Behind a message, or a blank line; undefined while its head is not complete. */
function messageEnd(bytes: Buffer, at: number): number | undefined {
  const first = bytes[at] ?? 0;
  if (first === 0x0d || first === 0x0a) return at + 1;
  if (first < 0x41 || first > 0x5a) throw new RtspFault('sends what is neither a frame nor a message');
  const text = bytes.toString('latin1', at, at + MOST_HEAD);
  const head = /\r?\n\r?\n/.exec(text);
  if (!head && text.length === MOST_HEAD) throw new RtspFault('sends headers without end');
  if (!head) return undefined;
  const length = Number(/\ncontent-length:[ \t]*(\d{1,15})[ \t\r]*\n/i.exec(text.slice(0, head.index + head[0].length))?.[1] ?? 0);
  if (length > MOST_BODY) throw new RtspFault('announces more than a message can need');
  return at + head.index + head[0].length + length;
}

/** RTSP/1.0 as RFC 2326 frames it: messages, and binary frames (`$`, channel, length) between them. */

export interface RtspMessage {
  /** the status line or, where the server asks something, the request line */
  readonly start: string;
  /** of a reply; undefined in a request */
  readonly status: number | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

export type RtspItem = RtspMessage | Buffer;

/** Bytes of a message's lines, of one line, and of a body: a session description has some kilobytes at most. */
const MOST_HEAD = 16 * 1024;
const MOST_LINE = 2048;
const MOST_BODY = 64 * 1024;

/** Not RTSP, or more of it than anybody needs; the message is for people and holds nothing of the input. */
export class RtspFault extends Error {}

/**
 * Takes what a server sends apart, strictly: what two readers could understand in two ways is refused, so that libav, which reads it
 * after us, sees the messages that were judged and no others. Gives out messages and whole binary frames; `rest` is what is left.
 * Throws RtspFault.
 */
export class RtspReader {
  #held = Buffer.alloc(0);

  /** The items that are complete with this chunk, one by one: after any of them `rest` may be taken instead. */
  *push(chunk: Buffer): Generator<RtspItem> {
    this.#held = Buffer.concat([this.#held, chunk]);
    for (let item = this.#next(); item; item = this.#next()) yield item;
  }

  rest(): Buffer {
    const rest = this.#held;
    this.#held = Buffer.alloc(0);
    return rest;
  }

  #next(): RtspItem | undefined {
    const held = this.#held;
    const begin = held.findIndex((byte) => byte !== 0x0d && byte !== 0x0a);
    if (begin < 0) return undefined;
    if (held[begin] === 0x24) {
      if (held.length < begin + 4) return undefined;
      const end = begin + 4 + held.readUInt16BE(begin + 2);
      return held.length < end ? undefined : this.#cut(begin, end);
    }
    const head = /\r?\n\r?\n/.exec(held.toString('latin1', begin, begin + MOST_HEAD));
    if (!head) {
      checkStart(held.toString('latin1', begin, begin + MOST_LINE));
      if (held.length - begin >= MOST_HEAD) throw new RtspFault('sends headers without end');
      return undefined;
    }
    const bodyAt = begin + head.index + head[0].length;
    const message = parseHead(held.toString('latin1', begin, begin + head.index));
    const length = bodyLength(message.headers);
    if (held.length < bodyAt + length) return undefined;
    return { ...message, body: this.#cut(bodyAt, bodyAt + length) };
  }

  #cut(begin: number, end: number): Buffer {
    const piece = this.#held.subarray(begin, end);
    this.#held = this.#held.subarray(end);
    return piece;
  }
}

/** The one form in which a message is passed on. */
export function writeMessage({ start, headers, body }: RtspMessage): Buffer {
  const kept = headers.filter(([name]) => name.toLowerCase() !== 'content-length');
  const lines = [start, ...kept.map(([name, value]) => `${name}: ${value}`), ...(body.length > 0 ? [`Content-Length: ${body.length}`] : []), '', ''];
  return Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), body]);
}

const REPLY = /^RTSP\/1\.0 (\d{3})(?: [^\n]*)?$/;
const REQUEST = /^[A-Z_]{1,32} \S+ RTSP\/1\.0$/;

/** A line that is not complete yet may still become one of ours. */
function checkStart(text: string): void {
  const [line = ''] = text.split('\n');
  if (!/^(RTSP\/1\.0 |[A-Z_]{1,32} )/.test(line) && line.length >= 40) throw new RtspFault('does not speak RTSP');
  if (!/^[A-Z_]/.test(line)) throw new RtspFault('does not speak RTSP');
}

function parseHead(text: string): Omit<RtspMessage, 'body'> {
  const [start = '', ...lines] = text.split(/\r?\n/);
  const reply = REPLY.exec(start);
  if (!reply && !REQUEST.test(start)) throw new RtspFault('does not speak RTSP');
  // libav leaves carriage returns out wherever they are, ends a text at a zero and takes a $ at the beginning of a line for a frame
  if ([start, ...lines].some((line) => line.length > MOST_LINE || /[^\t\P{Cc}]/u.test(line))) throw new RtspFault('sends lines that RTSP has not');
  const headers: [string, string][] = [];
  for (const line of lines) {
    const header = /^([A-Za-z][A-Za-z0-9_-]*):[ \t]*(.*?)[ \t]*$/.exec(line);
    const last = headers.at(-1);
    if (header) headers.push([header[1] ?? '', header[2] ?? '']);
    else if (last && /^[ \t]/.test(line)) last[1] += ` ${line.trim()}`;
  }
  if (headers.some(([, value]) => value.length > MOST_LINE)) throw new RtspFault('sends lines that RTSP has not');
  return { start, status: reply ? Number(reply[1]) : undefined, headers };
}

function bodyLength(headers: RtspMessage['headers']): number {
  const lengths = headers.filter(([name]) => name.toLowerCase() === 'content-length').map(([, value]) => value);
  const [length = '0'] = lengths;
  if (!/^\d{1,15}$/.test(length) || lengths.some((other) => other !== length)) throw new RtspFault('sends a message of no clear length');
  if (Number(length) > MOST_BODY) throw new RtspFault('announces more than a description of its stream can need');
  return Number(length);
}

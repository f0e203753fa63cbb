import { header, message } from '../rtmp/peer.ts';

export type Random = () => number;

const HANDSHAKE = 3073;
const upTo = (random: Random, limit: number): number => Math.floor(random() * limit);
const pick = <T>(random: Random, list: readonly T[]): T => list[upTo(random, list.length)] as T;
const noise = (random: Random, length: number): Buffer => Buffer.from(Array.from({ length }, () => upTo(random, 256)));
/** somewhere, mostly after the handshake, and mostly early there: that is where the commands are */
const place = (random: Random, bytes: Buffer): number => {
  const from = random() < 0.9 ? Math.min(HANDSHAKE, bytes.length) : 0;
  return from + Math.floor(random() ** 2 * (bytes.length - from));
};
const insert = (bytes: Buffer, at: number, more: Buffer): Buffer => Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);

const LENGTHS = [0, 1, 2, 127, 128, 129, 4095, 16_384, 16_385, 65_535, 65_536, 8 << 20, 0xfffffe, 0xffffff];
const TYPES = [0, 1, 2, 3, 4, 5, 6, 8, 9, 15, 17, 18, 20, 22, 255];

function anyHeader(random: Random): Buffer {
  const fields = { format: upTo(random, 2), id: upTo(random, 64), time: pick(random, [0, 40, 0xfffffe, 0xffffff, 0xffffffff]), length: pick(random, LENGTHS), type: pick(random, TYPES) };
  return header(fields);
}

/** AMF0 that is nested, cut short, or of types that do not exist. */
function anyAmf(random: Random, depth = 0): Buffer {
  const type = upTo(random, 18);
  const text = noise(random, upTo(random, 12));
  const named = Buffer.concat([Buffer.from([0, text.length]), text]);
  if (type === 2) return Buffer.concat([Buffer.from([2, random() < 0.1 ? 255 : 0, text.length]), text]);
  if ((type === 3 || type === 8) && depth < 40) return Buffer.concat([Buffer.from(type === 3 ? [3] : [8, 0, 0, 0, 1]), named, anyAmf(random, depth + 1), Buffer.from(random() < 0.8 ? [0, 0, 9] : [])]);
  if (type === 10 && depth < 40) return Buffer.concat([Buffer.from([10, 0, 0, 0, upTo(random, 4)]), anyAmf(random, depth + 1), anyAmf(random, depth + 1)]);
  return Buffer.concat([Buffer.from([type]), noise(random, upTo(random, 12))]);
}

const NAMES = ['connect', 'publish', 'play', 'createStream', 'deleteStream', 'constructor', '__proto__', 'onMetaData', '@setDataFrame', ''];

function anyMessage(random: Random): Buffer {
  const name = pick(random, NAMES);
  const start = random() < 0.7 ? Buffer.concat([Buffer.from([2, 0, name.length]), Buffer.from(name)]) : Buffer.alloc(0);
  const values = Array.from({ length: upTo(random, 6) }, () => anyAmf(random));
  return message(pick(random, [17, 18, 20, 20, 20]), Buffer.concat([start, ...values]), { id: 3 + upTo(random, 5) });
}

const KINDS: Record<string, (random: Random, bytes: Buffer, other: Buffer) => Buffer> = {
  'bits flipped': (random, bytes) => {
    const copy = Buffer.from(bytes);
    for (let left = 1 + upTo(random, 64); left > 0; left--) {
      const at = place(random, copy);
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << upTo(random, 8));
    }
    return copy;
  },
  truncated: (random, bytes) => bytes.subarray(0, upTo(random, bytes.length)),
  'bytes left out': (random, bytes) => {
    const at = place(random, bytes);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + upTo(random, 300))]);
  },
  'noise put in': (random, bytes) => insert(bytes, place(random, bytes), noise(random, 1 + upTo(random, 2000))),
  'lengths of messages': (random, bytes) => {
    const copy = Buffer.from(bytes);
    const at = place(random, copy);
    if (at + 3 <= copy.length) copy.writeUIntBE(pick(random, LENGTHS), at, 3);
    return copy;
  },
  'chunk headers': (random, bytes) => {
    let out = bytes;
    for (let left = 1 + upTo(random, 20); left > 0; left--) out = insert(out, place(random, out), random() < 0.7 ? anyHeader(random) : Buffer.from([upTo(random, 256), upTo(random, 256)]));
    return out;
  },
  'headers alone': (random, bytes) => Buffer.concat([bytes.subarray(0, random() < 0.5 ? HANDSHAKE : bytes.length), ...Array.from({ length: 200 }, () => anyHeader(random))]),
  'AMF garbage': (random, bytes) => {
    let out = bytes;
    for (let left = 1 + upTo(random, 6); left > 0; left--) out = insert(out, random() < 0.5 ? HANDSHAKE : place(random, out), anyMessage(random));
    return out;
  },
  'chunk sizes': (random, bytes) => insert(bytes, place(random, bytes), message(1, noise(random, pick(random, [0, 1, 4, 4, 4, 9])), { id: 2 })),
  repeated: (random, bytes) => {
    const from = place(random, bytes);
    const part = bytes.subarray(from, from + upTo(random, 600));
    return Buffer.concat([bytes, ...Array.from({ length: upTo(random, 50) }, () => part)]);
  },
  'two interleaved': (random, bytes, other) => {
    const parts: Buffer[] = [];
    for (let [a, b] = [0, HANDSHAKE]; a < bytes.length || b < other.length; ) {
      const [x, y] = [upTo(random, 400), upTo(random, 400)];
      parts.push(bytes.subarray(a, a + x), a < HANDSHAKE ? Buffer.alloc(0) : other.subarray(b, b + y));
      b += a < HANDSHAKE ? 0 : y;
      a += x;
    }
    return Buffer.concat(parts);
  },
  noise: (random) => noise(random, upTo(random, 5000)),
  unchanged: (_, bytes) => bytes,
};

/** A session mutated in one way, now and then in two; the same for the same random numbers. */
export function mutate(random: Random, sessions: readonly Buffer[]): { kind: string; bytes: Buffer } {
  const kind = pick(random, Object.keys(KINDS));
  const bytes = KINDS[kind]?.(random, pick(random, sessions), pick(random, sessions)) ?? Buffer.alloc(0);
  if (random() < 0.8) return { kind, bytes };
  const second = pick(random, Object.keys(KINDS));
  return { kind: `${kind}, ${second}`, bytes: KINDS[second]?.(random, bytes, pick(random, sessions)) ?? bytes };
}

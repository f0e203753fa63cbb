/** Boxes of ISO/IEC 14496-12 (MP4): a length of 32 bits, a type of four letters, and what they hold; a length of 1 is followed by one of 64 bits. */
export interface Box {
  readonly type: string;
  /** where it begins, and where what it holds does */
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

/** What a box needs to be recognised. */
export const BOX_HEAD = 16;

/** The box that begins at `at`; undefined where there is none that could be. `end` may lie beyond the bytes. */
export function boxAt(bytes: Buffer, at: number): Box | undefined {
  if (at + 8 > bytes.length) return undefined;
  const short = bytes.readUInt32BE(at);
  const type = bytes.toString('latin1', at + 4, at + 8);
  if (short === 1) {
    if (at + 16 > bytes.length) return undefined;
    const size = Number(bytes.readBigUInt64BE(at + 8));
    return size < 16 || !Number.isSafeInteger(size) ? undefined : { type, start: at, body: at + 16, end: at + size };
  }
  return short < 8 ? undefined : { type, start: at, body: at + 8, end: at + short };
}

/** The boxes within another, as far as they are whole. */
export function* boxesIn(bytes: Buffer, from: number, to: number): Generator<Box> {
  for (let at = from; at < to;) {
    const one = boxAt(bytes, at);
    if (!one || one.end > to) return;
    yield one;
    at = one.end;
  }
}

/** The first box along a path of types: `trak/mdia/mdhd`. */
export function findBox(bytes: Buffer, path: string, from = 0, to = bytes.length): Box | undefined {
  const [type = '', ...rest] = path.split('/');
  for (const one of boxesIn(bytes, from, to)) {
    if (one.type !== type) continue;
    return rest.length === 0 ? one : findBox(bytes, rest.join('/'), one.body, one.end);
  }
  return undefined;
}

/** A box of these parts, one after the other. */
export function box(type: string, ...parts: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + parts.reduce((sum, part) => sum + part.length, 0), 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...parts]);
}

/** One that begins with a version and flags. */
export function fullBox(type: string, version: number, flags: number, ...parts: readonly Uint8Array[]): Buffer {
  return box(type, u32((version << 24) | flags), ...parts);
}

export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32BE(value >>> 0, 4 * i));
  return bytes;
}

export function u64(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, i) => bytes.writeBigInt64BE(BigInt(Math.round(value)), 8 * i));
  return bytes;
}

export function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, i) => bytes.writeUInt16BE(value & 0xffff, 2 * i));
  return bytes;
}

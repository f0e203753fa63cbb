import { box, fullBox, u16, u32, u64 } from './boxes.ts';

/** A picture of the film that is put together; times in ticks of `TIMESCALE`, in decoding order. */
export interface FilmSample {
  readonly dts: number;
  readonly pts: number;
  readonly keyframe: boolean;
  readonly size: number;
  /** it lies right behind the one before it in the same chunk */
  readonly chunk: number;
}

/** Ticks a second. */
export const TIMESCALE = 90_000;

export interface Film {
  readonly samples: readonly FilmSample[];
  /** end of the last picture, ticks */
  readonly end: number;
  /** `stsd`, and the track header's end, of the files that it is made of */
  readonly description: Buffer;
  readonly shape: Buffer;
  /** wall clock of its beginning, ms */
  readonly at: number;
}

/** Seconds from 1904, which MP4 counts from, to 1970. */
const SINCE_1904 = 2_082_844_800;
const UNITY = u32(0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000);
const BRANDS = Buffer.from('mp42\0\0\0\0mp42isomiso2avc1', 'latin1');

/**
 * All of an MP4 before its pictures, which have to follow in the order of the samples: the index comes first, so that a browser plays at once.
 * The film begins with its first picture, whatever has to be decoded before others (an edit list says so).
 */
export function filmHead({ samples, end, description, shape, at }: Film): Buffer {
  const first = samples[0]?.dts ?? 0;
  const start = samples.reduce((least, { pts }) => Math.min(least, pts), samples[0]?.pts ?? 0);
  const length = end - start;
  const sizes = box('ftyp', BRANDS);
  const bytes = samples.reduce((sum, { size }) => sum + size, 0);
  const table = (offset: number): Buffer => box('stbl', description, stts(samples, end), stss(samples), ctts(samples), stsc(samples), stsz(samples), co64(samples, offset));
  const moov = (offset: number): Buffer => {
    const seconds = Math.floor(at / 1000) + SINCE_1904;
    const media = box(
      'mdia',
      fullBox('mdhd', 1, 0, u64(seconds, seconds), u32(TIMESCALE), u64(end - first), u16(0x55c4, 0)),
      fullBox('hdlr', 0, 0, u32(0), Buffer.from('vide'), u32(0, 0, 0), Buffer.from('video\0')),
      box('minf', fullBox('vmhd', 0, 1, u16(0, 0, 0, 0)), box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1))), table(offset)),
    );
    const track = box(
      'trak',
      fullBox('tkhd', 1, 3, u64(seconds, seconds), u32(1, 0), u64(length), u32(0, 0), u16(0, 0, 0, 0), shape),
      box('edts', fullBox('elst', 1, 0, u32(1), u64(length, start - first), u16(1, 0))),
      media,
    );
    return box('moov', fullBox('mvhd', 1, 0, u64(seconds, seconds), u32(TIMESCALE), u64(length), u32(0x1_0000), u16(0x100, 0), u32(0, 0), UNITY, Buffer.alloc(24), u32(2)), track, comment(`from ${new Date(at).toISOString()}`));
  };
  // the index is as long wherever the pictures begin
  const offset = sizes.length + moov(0).length + 16;
  const data = Buffer.alloc(16);
  data.writeUInt32BE(1, 0);
  data.write('mdat', 4, 'latin1');
  data.writeBigUInt64BE(BigInt(16 + bytes), 8);
  return Buffer.concat([sizes, moov(offset), data]);
}

/** Runs of samples of the same duration (8.6.1.2). */
function stts(samples: readonly FilmSample[], end: number): Buffer {
  return runs('stts', 0, samples.map(({ dts }, i) => (samples[i + 1]?.dts ?? Math.max(end, dts + 1)) - dts));
}

/** How much later than decoded each is shown (8.6.1.3); signed. */
function ctts(samples: readonly FilmSample[]): Buffer {
  return runs('ctts', 1, samples.map(({ pts, dts }) => pts - dts));
}

function runs(type: string, version: number, values: readonly number[]): Buffer {
  const told: number[] = [];
  for (const value of values) {
    const last = told.length - 2;
    if (last >= 0 && told[last + 1] === value) told[last] = (told[last] ?? 0) + 1;
    else told.push(1, value);
  }
  return fullBox(type, version, 0, u32(told.length / 2), many(told));
}

function stss(samples: readonly FilmSample[]): Buffer {
  const keyframes = samples.flatMap(({ keyframe }, i) => (keyframe ? [i + 1] : []));
  return fullBox('stss', 0, 0, u32(keyframes.length), many(keyframes));
}

function stsz(samples: readonly FilmSample[]): Buffer {
  return fullBox('stsz', 0, 0, u32(0, samples.length), many(samples.map(({ size }) => size)));
}

/** Samples in each chunk (8.7.4): first chunk of a run, samples, description. */
function stsc(samples: readonly FilmSample[]): Buffer {
  const told: number[] = [];
  let before: number | undefined;
  chunksOf(samples).forEach(({ count }, i) => {
    if (count !== before) told.push(i + 1, count, 1);
    before = count;
  });
  return fullBox('stsc', 0, 0, u32(told.length / 3), many(told));
}

function co64(samples: readonly FilmSample[], offset: number): Buffer {
  const chunks = chunksOf(samples);
  const bytes = Buffer.alloc(8 * chunks.length);
  let at = offset;
  chunks.forEach(({ size }, i) => {
    bytes.writeBigUInt64BE(BigInt(at), 8 * i);
    at += size;
  });
  return fullBox('co64', 0, 0, u32(chunks.length), bytes);
}

function chunksOf(samples: readonly FilmSample[]): { count: number; size: number }[] {
  const chunks: { count: number; size: number }[] = [];
  let before: number | undefined;
  for (const { chunk, size } of samples) {
    const last = chunks.at(-1);
    if (last && chunk === before) {
      last.count += 1;
      last.size += size;
    } else chunks.push({ count: 1, size });
    before = chunk;
  }
  return chunks;
}

function many(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32BE(value >>> 0, 4 * i));
  return bytes;
}

/** A comment as players show it (`©cmt` of Apple's metadata). */
function comment(text: string): Buffer {
  const data = box('data', u32(1, 0), Buffer.from(text));
  const list = box('ilst', box('\xa9cmt', data));
  return box('udta', fullBox('meta', 0, 0, fullBox('hdlr', 0, 0, u32(0), Buffer.from('mdirappl'), u32(0, 0), Buffer.from([0])), list));
}

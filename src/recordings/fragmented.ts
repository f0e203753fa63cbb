import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { BOX_HEAD, boxAt, boxesIn, findBox } from './boxes.ts';
import type { Box } from './boxes.ts';

/** A coded picture in a file. Times are ticks of the file. */
export interface Sample {
  readonly dts: number;
  readonly pts: number;
  readonly duration: number;
  readonly keyframe: boolean;
  /** where its bytes lie */
  readonly offset: number;
  readonly size: number;
}

/** A recorded file, as far as it is whole. */
export interface Fragmented {
  /** ticks a second */
  readonly timescale: number;
  /** the sample description box (`stsd`): codec, size, parameters */
  readonly description: Buffer;
  /** end of the track header: matrix, width and height, as they are there */
  readonly shape: Buffer;
  /** in decoding order */
  readonly samples: readonly Sample[];
}

/** No header of ours is longer. */
const MOST_HEADER = 4 << 20;
/** A fragment of ours is a second, or 4 MB. */
const MOST_SAMPLES = 100_000;
/** Bits of a sample's flags (8.8.3.1): it is not a sync sample. */
const NOT_SYNC = 0x1_0000;

/**
 * Reads the headers of a fragmented MP4 of one video track, as media/fragments.ts writes it; of one that was cut short what is whole.
 * undefined: not even its head is. Throws what the file system does.
 */
export function readFragmented(file: string): Fragmented | undefined {
  const handle = openSync(file, 'r');
  const samples: Sample[] = [];
  let head: Omit<Fragmented, 'samples'> | undefined;
  try {
    for (const part of partsOf(handle)) {
      if ('timescale' in part) head = part;
      else samples.push(part);
    }
  } catch (error) {
    // a header that leads beyond its end: what came before is whole
    if (!(error instanceof RangeError)) throw error;
  } finally {
    closeSync(handle);
  }
  return head && { ...head, samples };
}

function* partsOf(handle: number): Generator<Omit<Fragmented, 'samples'> | Sample> {
  const { size } = fstatSync(handle);
  let moof: { readonly bytes: Buffer; readonly start: number } | undefined;
  for (let at = 0; at < size;) {
    const box = boxOf(handle, at);
    if (!box || box.end > size) return;
    if (box.type === 'moov') {
      const head = headOf(bytesOf(handle, box));
      if (head) yield head;
    } else if (box.type === 'moof') moof = { bytes: bytesOf(handle, box), start: at };
    else if (box.type === 'mdat' && moof) {
      for (const sample of samplesOf(moof.bytes, moof.start)) if (sample.offset >= box.body && sample.offset + sample.size <= box.end) yield sample;
      moof = undefined;
    }
    at = box.end;
  }
}

/** The presentation time after its last picture, and of its first, in ticks; undefined where there is none. */
export function spanOf(samples: readonly Sample[]): { readonly start: number; readonly end: number } | undefined {
  if (samples.length === 0) return undefined;
  let [start, end] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { pts, duration } of samples) {
    start = Math.min(start, pts);
    end = Math.max(end, pts + duration);
  }
  return { start, end };
}

function boxOf(handle: number, at: number): Box | undefined {
  const head = Buffer.alloc(BOX_HEAD);
  const box = boxAt(head.subarray(0, readSync(handle, head, 0, BOX_HEAD, at)), 0);
  return box && { type: box.type, start: at, body: at + box.body, end: at + box.end };
}

function bytesOf(handle: number, { start, end }: Box): Buffer {
  const bytes = Buffer.alloc(Math.min(MOST_HEADER, end - start));
  return bytes.subarray(0, readSync(handle, bytes, 0, bytes.length, start));
}

function headOf(bytes: Buffer): Omit<Fragmented, 'samples'> | undefined {
  const header = findBox(bytes, 'moov/trak/mdia/mdhd');
  const description = findBox(bytes, 'moov/trak/mdia/minf/stbl/stsd');
  const track = findBox(bytes, 'moov/trak/tkhd');
  if (!header || !description || !track) return undefined;
  const long = bytes[header.body] === 1;
  const timescale = bytes.readUInt32BE(header.body + (long ? 20 : 12));
  // matrix (36), width and height (8) end the track header in both of its versions
  return { timescale, description: bytes.subarray(description.start, description.end), shape: bytes.subarray(track.end - 44, track.end) };
}

interface Defaults {
  readonly duration: number;
  readonly size: number;
  readonly flags: number;
}

function* samplesOf(bytes: Buffer, start: number): Generator<Sample> {
  const fragment = findBox(bytes, 'moof/traf');
  if (!fragment) return;
  let defaults: Defaults = { duration: 0, size: 0, flags: 0 };
  let dts = 0;
  for (const box of boxesIn(bytes, fragment.body, fragment.end)) {
    if (box.type === 'tfhd') defaults = defaultsOf(bytes, box);
    else if (box.type === 'tfdt') dts = bytes[box.body] === 1 ? Number(bytes.readBigUInt64BE(box.body + 4)) : bytes.readUInt32BE(box.body + 4);
    else if (box.type === 'trun') {
      for (const sample of runOf(bytes, box, start, dts, defaults)) {
        dts = sample.dts + sample.duration;
        yield sample;
      }
    }
  }
}

/** 8.8.7: what a fragment's samples have in common. */
function defaultsOf(bytes: Buffer, { body }: Box): Defaults {
  const flags = bytes.readUInt32BE(body) & 0xff_ffff;
  let at = body + 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0);
  const next = (bit: number): number => {
    if (!(flags & bit)) return 0;
    at += 4;
    return bytes.readUInt32BE(at - 4);
  };
  return { duration: next(0x8), size: next(0x10), flags: next(0x20) };
}

/** 8.8.8: a run of samples. `start`: of its fragment, to which its bytes are counted. */
function* runOf(bytes: Buffer, { body }: Box, start: number, first: number, defaults: Defaults): Generator<Sample> {
  const flags = bytes.readUInt32BE(body) & 0xff_ffff;
  const signed = bytes[body] === 1;
  const count = Math.min(MOST_SAMPLES, bytes.readUInt32BE(body + 4));
  let at = body + 8;
  const next = (bit: number, other: number): number => {
    if (!(flags & bit)) return other;
    at += 4;
    return bytes.readUInt32BE(at - 4);
  };
  let offset = start + (next(0x1, 0) | 0);
  const firstFlags = next(0x4, -1);
  let dts = first;
  for (let i = 0; i < count; i++) {
    const duration = next(0x100, defaults.duration);
    const size = next(0x200, defaults.size);
    const own = next(0x400, i === 0 && firstFlags >= 0 ? firstFlags : defaults.flags);
    const shown = next(0x800, 0);
    yield { dts, pts: dts + (signed ? shown | 0 : shown), duration, keyframe: (own & NOT_SYNC) === 0, offset, size };
    dts += duration;
    offset += size;
  }
}

/** How long the pictures of a file are shown, ms; undefined where it has none, or cannot be read. */
export function lengthOf(file: string): number | undefined {
  try {
    const found = readFragmented(file);
    const span = found && spanOf(found.samples);
    return span && (1000 * (span.end - span.start)) / found.timescale;
  } catch {
    // it has just got another name, or was deleted
    return undefined;
  }
}

import { FRAME_HEAD, walkInterleaved } from '../../network/interleaved.ts';

/** Where a frame begins among the bytes that were ever held. */
export type Place = number;

/** RTP frames that wait, in order. */
export interface Reserve {
  /** Takes whole frames, which become its own. */
  add(bytes: Buffer): void;
  /** Hands out what lies before a place, its sequence numbers as if nothing had been left out before. */
  pass(before: Place): readonly Buffer[];
  /** Leaves out what lies before a place. */
  leave(before: Place): void;
  /** frames left out so far, modulo 2^16: what is to be taken off sequence numbers */
  readonly left: number;
  /** Shows the frames from a place on, until `see` has seen enough. */
  walk(from: Place, see: (bytes: Buffer, from: number, to: number) => boolean): void;
  /** where the frame ends that begins at a place */
  frameEnd(place: Place): Place;
  readonly end: Place;
  /** bytes */
  readonly size: number;
}

export function createReserve(): Reserve {
  let pieces: { readonly at: Place; readonly bytes: Buffer }[] = [];
  let end: Place = 0;
  let size = 0;
  let left = 0;

  const take = (before: Place): Buffer[] => {
    const out: Buffer[] = [];
    const later: typeof pieces = [];
    for (const { at, bytes } of pieces) {
      const cut = Math.max(0, Math.min(bytes.length, before - at));
      if (cut > 0) out.push(bytes.subarray(0, cut));
      if (cut < bytes.length) later.push({ at: at + cut, bytes: bytes.subarray(cut) });
      size -= cut;
    }
    pieces = later;
    return out;
  };
  const walk: Reserve['walk'] = (from, see) => {
    let going = true;
    for (const { at, bytes } of pieces) {
      if (at + bytes.length <= from) continue;
      const piece = bytes.subarray(Math.max(0, from - at));
      walkInterleaved(piece, (own, begin, to) => (going &&= see(own, begin, to)));
      if (!going) return;
    }
  };
  return {
    add(bytes) {
      pieces.push({ at: end, bytes });
      end += bytes.length;
      size += bytes.length;
    },
    pass(before) {
      const out = take(before);
      for (const bytes of out) renumber(bytes, left);
      return out;
    },
    leave(before) {
      for (const bytes of take(before)) left = (left + renumber(bytes, 0)) & 0xffff;
    },
    get left() {
      return left;
    },
    walk,
    frameEnd(place) {
      let found = place;
      walk(place, (_, from, to) => (found += to - from) < 0);
      return found;
    },
    get end() {
      return end;
    },
    get size() {
      return size;
    },
  };
}

/** Counts the frames, and takes so much off the RTP packets' sequence numbers. */
function renumber(bytes: Buffer, off: number): number {
  let frames = 0;
  walkInterleaved(bytes, (own, from) => {
    frames += 1;
    const at = from + FRAME_HEAD + 2;
    if (off !== 0) own.writeUInt16BE((own.readUInt16BE(at) - off) & 0xffff, at);
  });
  return frames;
}

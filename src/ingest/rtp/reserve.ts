import { FRAME_HEAD, walkInterleaved } from '../../network/interleaved.ts';

/** Where a frame begins among the bytes that were ever held. */
export type Place = number;

/** RTP frames that wait, in order. */
export interface Reserve {
  /** Takes whole frames, which become its own. */
  add(bytes: Buffer): void;
  /** Hands out what lies before a place, with so much taken off its sequence numbers. */
  take(before: Place, off: number): { readonly bytes: readonly Buffer[]; readonly frames: number };
  /** Shows the frames from a place on, until `see` has seen enough. */
  walk(from: Place, see: (bytes: Buffer, from: number, to: number) => boolean): void;
  readonly end: Place;
  /** bytes */
  readonly size: number;
}

export function createReserve(): Reserve {
  let pieces: { readonly at: Place; readonly bytes: Buffer }[] = [];
  let end: Place = 0;
  let size = 0;

  return {
    add(bytes) {
      pieces.push({ at: end, bytes });
      end += bytes.length;
      size += bytes.length;
    },
    take(before, off) {
      const out: Buffer[] = [];
      const left: typeof pieces = [];
      for (const { at, bytes } of pieces) {
        const cut = Math.max(0, Math.min(bytes.length, before - at));
        if (cut > 0) out.push(bytes.subarray(0, cut));
        if (cut < bytes.length) left.push({ at: at + cut, bytes: bytes.subarray(cut) });
      }
      pieces = left;
      const frames = out.reduce((sum, bytes) => sum + renumber(bytes, off), 0);
      size -= out.reduce((sum, { length }) => sum + length, 0);
      return { bytes: out, frames };
    },
    walk(from, see) {
      let going = true;
      for (const { at, bytes } of pieces) {
        if (at + bytes.length <= from) continue;
        const piece = bytes.subarray(Math.max(0, from - at));
        walkInterleaved(piece, (own, begin, to) => (going &&= see(own, begin, to)));
        if (!going) return;
      }
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

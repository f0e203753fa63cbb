import type { Thumbnail } from '../values.ts';
import type { Counted } from './mask.ts';

/** Whole cells by which the picture moved: what was at (x, y) in the reference is at (x + dx, y + dy) now. */
export interface Shift {
  readonly dx: number;
  readonly dy: number;
}

/** How far a shaking camera is followed, in cells; what moves farther is a moved camera, and that is worth a look. */
export const REACH = 3;
/** Differences above this count no more than this, so that a walking person does not pull the estimate. */
const CLIP = 24;
/** A shift must explain the picture this much better than standing still; less is noise. */
const GAIN = 0.93;

const STEPS: readonly Shift[] = [
  { dx: 1, dy: 0 },
  { dx: -1, dy: 0 },
  { dx: 0, dy: 1 },
  { dx: 0, dy: -1 },
];

/** The shift of the whole picture between two thumbnails of one size, by descent on the clipped mean difference of the cells that count. */
export function shake(reference: Thumbnail, current: Thumbnail, counted?: Counted): Shift {
  const still = mismatch(reference, current, 0, 0, counted);
  let best: Shift = { dx: 0, dy: 0 };
  let least = still;
  for (let moved = true; moved; ) {
    moved = false;
    for (const step of STEPS) {
      const dx = best.dx + step.dx;
      const dy = best.dy + step.dy;
      if (Math.abs(dx) > REACH || Math.abs(dy) > REACH) continue;
      const left = mismatch(reference, current, dx, dy, counted);
      if (left < least) {
        least = left;
        best = { dx, dy };
        moved = true;
      }
    }
  }
  return least < still * GAIN ? best : { dx: 0, dy: 0 };
}

/** Every second cell in both directions is enough to place a whole picture. */
function mismatch(reference: Thumbnail, current: Thumbnail, dx: number, dy: number, counted: Counted | undefined): number {
  const { width, height } = reference;
  let sum = 0;
  let count = 0;
  for (let y = REACH; y < height - REACH; y += 2) {
    for (let x = REACH; x < width - REACH; x += 2) {
      const from = y * width + x;
      const to = (y + dy) * width + x + dx;
      if (counted?.[from] === 0 || counted?.[to] === 0) continue;
      const d = (current.cells[to] ?? 0) - (reference.cells[from] ?? 0);
      sum += Math.min(CLIP, Math.abs(d));
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}

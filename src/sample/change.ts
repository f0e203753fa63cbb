import type { Thumbnail } from '../values.ts';
import { lumps } from './lumps.ts';
import type { Counted } from './mask.ts';
import { relight, spread } from './relight.ts';
import { REACH, shake } from './shake.ts';
import type { Shift } from './shake.ts';

/** What differs between two thumbnails of one camera, once its shake and the level of its light are taken out. */
export interface SceneChange {
  /** share of the picture in which something is there that was not, or is not that was: 0..1 */
  readonly area: number;
  /** standard deviation of the noise in the difference of two cells, grey levels */
  readonly noise: number;
  /** by which the picture moved as a whole, cells */
  readonly shift: Shift;
  /** mean difference of the cells before the light was taken out, grey levels, brighter is positive */
  readonly brighter: number;
}

export interface ChangeOptions {
  /** which cells of the thumbnails count; all where it is left out */
  readonly counted?: Counted | undefined;
  /** share of the picture that a connected piece must have, 0..1 */
  readonly minSize?: number | undefined;
}

/** A cell has changed when it lies this many noise deviations outside what its surroundings were. */
const DEVIATIONS = 2.2;
/** … and at least this many grey levels: keyframes of H.264 repaint blocks by a few levels. */
const LEAST = 6;
/** … but never more than this, so that a picture that moves as a whole does not pass for noise. */
const MOST = 20;

/** Compares two thumbnails of the same size. */
export function sceneChange(reference: Thumbnail, current: Thumbnail, opts: ChangeOptions = {}): SceneChange {
  const shift = shake(reference, current, opts.counted);
  const width = reference.width - 2 * REACH;
  const height = reference.height - 2 * REACH;
  if (width < 3 || height < 3) return { area: 0, noise: 0, shift, brighter: 0 };
  const before = crop(reference.cells, new Float32Array(width * height), reference.width, width, 0, 0);
  const after = crop(current.cells, new Float32Array(width * height), reference.width, width, shift.dx, shift.dy);
  const counted = opts.counted && countedOnBoth(opts.counted, reference.width, width, height, shift);
  const brighter = meanDifference(before, after, counted);
  relight(before, after, counted);
  const noise = spread(before, after, counted);
  const level = Math.min(MOST, Math.max(LEAST, DEVIATIONS * noise));
  const least = Math.ceil((opts.minSize ?? 0) * reference.width * reference.height);
  // both ways: what came is seen against the old picture, what went against the new one
  const came = lumps(outside(before, after, width, height, level, counted), width, height, least);
  const went = lumps(outside(after, before, width, height, level, counted), width, height, least);
  return { area: Math.max(came, went) / (width * height), noise, shift, brighter };
}

/** The picture without its margin, which shake may move in and out; all of `out` is filled. */
function crop<T extends Float32Array | Uint8Array>(cells: T, out: T, from: number, width: number, dx: number, dy: number): T {
  for (let y = 0; y * width < out.length; y++) {
    const start = (y + REACH + dy) * from + REACH + dx;
    out.set(cells.subarray(start, start + width), y * width);
  }
  return out;
}

/** A place counts where it does before and after the shake. */
function countedOnBoth(counted: Counted, from: number, width: number, height: number, { dx, dy }: Shift): Counted {
  const before = crop(counted, new Uint8Array(width * height), from, width, 0, 0);
  const after = crop(counted, new Uint8Array(width * height), from, width, dx, dy);
  return before.map((c, i) => c & (after[i] ?? 0));
}

function meanDifference(before: Float32Array, after: Float32Array, counted: Counted | undefined): number {
  let sum = 0;
  let n = 0;
  for (let i = 0; i < before.length; i++) {
    if (counted?.[i] === 0) continue;
    sum += (after[i] ?? 0) - (before[i] ?? 0);
    n++;
  }
  return n === 0 ? 0 : sum / n;
}

/**
 * Cells of `seen` that lie outside the range of the 3×3 cells around the same place in `known`: 1 above, -1 below. The
 * range swallows what is left of the shake (less than a cell) at every edge without an interpolation.
 */
function outside(known: Float32Array, seen: Float32Array, width: number, height: number, level: number, counted: Counted | undefined): Int8Array {
  const signs = new Int8Array(width * height);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      if (counted?.[i] === 0) continue;
      const v = seen[i] ?? 0;
      let low = 255, high = 0;
      for (let j = i - width; j <= i + width; j += width) {
        for (let k = j - 1; k <= j + 1; k++) {
          const w = known[k] ?? 0;
          if (w < low) low = w;
          if (w > high) high = w;
        }
      }
      if (v > high + level) signs[i] = 1;
      else if (v < low - level) signs[i] = -1;
    }
  }
  return signs;
}

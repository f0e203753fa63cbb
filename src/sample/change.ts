import { REACH, shake } from './shake.ts';
import type { Thumbnail } from '../values.ts';

/** What differs between two thumbnails of one camera, once its shake and the level of its light are taken out. */
export interface SceneChange {
  /** share of the picture in which something is there that was not, or is not that was: 0..1 */
  readonly area: number;
  /** standard deviation of the noise in the difference of two cells, grey levels */
  readonly noise: number;
}

/** A cell has changed when it lies this many noise deviations outside what its surroundings were. */
const DEVIATIONS = 2.2;
/** … and at least this many grey levels: keyframes of H.264 repaint blocks by a few levels. */
const LEAST = 6;
/** … but never more than this, so that a picture that moves as a whole does not pass for noise. */
const MOST = 20;
/** A changed cell counts when so many of the nine around it changed the same way: noise does not come in lumps. */
const LUMP = 4;

/** Compares two thumbnails of the same size. */
export function sceneChange(reference: Thumbnail, current: Thumbnail): SceneChange {
  const { dx, dy } = shake(reference, current);
  const width = reference.width - 2 * REACH;
  const height = reference.height - 2 * REACH;
  if (width < 3 || height < 3) return { area: 0, noise: 0 };
  const before = crop(reference, 0, 0, width, height);
  const after = crop(current, dx, dy, width, height);
  relight(before, after);
  const noise = spread(before, after);
  const level = Math.min(MOST, Math.max(LEAST, DEVIATIONS * noise));
  // both ways: what came is seen against the old picture, what went against the new one
  const area = Math.max(outside(before, after, width, height, level), outside(after, before, width, height, level));
  return { area: area / (width * height), noise };
}

function crop(t: Thumbnail, dx: number, dy: number, width: number, height: number): Float32Array {
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (y + REACH + dy) * t.width + REACH + dx;
    out.set(t.cells.subarray(from, from + width), y * width);
  }
  return out;
}

/** Brings `after` to the light of `before` by the line (gain, offset) that fits best; moved parts are left out of the second fit. */
function relight(before: Float32Array, after: Float32Array): void {
  for (let round = 0; round < 2; round++) {
    const limit = round === 0 ? Infinity : 2 * spread(before, after) + 2;
    let n = 0, sa = 0, sb = 0, saa = 0, sab = 0;
    for (let i = 0; i < after.length; i++) {
      const a = after[i] ?? 0;
      const b = before[i] ?? 0;
      if (Math.abs(a - b) > limit) continue;
      n++; sa += a; sb += b; saa += a * a; sab += a * b;
    }
    const variance = n * saa - sa * sa;
    if (n < 16 || variance < n * n) return;
    const gain = Math.min(4, Math.max(0.25, (n * sab - sa * sb) / variance));
    const offset = (sb - gain * sa) / n;
    for (let i = 0; i < after.length; i++) after[i] = gain * (after[i] ?? 0) + offset;
  }
}

/** Deviation of the differences, from their median so that what moves hardly counts. */
function spread(before: Float32Array, after: Float32Array): number {
  const bins = new Uint32Array(512);
  for (let i = 0; i < before.length; i++) {
    const bin = Math.min(511, Math.floor(Math.abs((after[i] ?? 0) - (before[i] ?? 0)) * 8));
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  let bin = 0;
  for (let left = before.length / 2; bin < 511 && left > (bins[bin] ?? 0); bin++) left -= bins[bin] ?? 0;
  return (bin + 0.5) / 8 / 0.6745;
}

/**
 * Cells of `seen` that lie outside the range of the 3×3 cells around the same place in `known`, in lumps of one sign. The
 * range swallows what is left of the shake (less than a cell) at every edge without an interpolation.
 */
function outside(known: Float32Array, seen: Float32Array, width: number, height: number, level: number): number {
  const signs = new Int8Array(width * height);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
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
  return lumps(signs, width, height);
}

function lumps(signs: Int8Array, width: number, height: number): number {
  let count = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      const sign = signs[i] ?? 0;
      if (sign === 0) continue;
      let same = 0;
      for (let j = i - width; j <= i + width; j += width) {
        for (let k = j - 1; k <= j + 1; k++) if (signs[k] === sign) same++;
      }
      if (same >= LUMP) count++;
    }
  }
  return count;
}

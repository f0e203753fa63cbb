import type { Counted } from './mask.ts';

/**
 * Brings `after` to the light of `before` by the line (gain, offset) that fits best; moved parts are left out of the second fit.
 * Cells that do not count have no say.
 */
export function relight(before: Float32Array, after: Float32Array, counted: Counted | undefined): void {
  for (let round = 0; round < 2; round++) {
    const limit = round === 0 ? Infinity : 2 * spread(before, after, counted) + 2;
    let n = 0, sa = 0, sb = 0, saa = 0, sab = 0;
    for (let i = 0; i < after.length; i++) {
      const a = after[i] ?? 0;
      const b = before[i] ?? 0;
      if (counted?.[i] === 0 || Math.abs(a - b) > limit) continue;
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
export function spread(before: Float32Array, after: Float32Array, counted: Counted | undefined): number {
  const bins = new Uint32Array(512);
  let n = 0;
  for (let i = 0; i < before.length; i++) {
    if (counted?.[i] === 0) continue;
    const bin = Math.min(511, Math.floor(Math.abs((after[i] ?? 0) - (before[i] ?? 0)) * 8));
    bins[bin] = (bins[bin] ?? 0) + 1;
    n++;
  }
  let bin = 0;
  for (let left = n / 2; bin < 511 && left > (bins[bin] ?? 0); bin++) left -= bins[bin] ?? 0;
  return (bin + 0.5) / 8 / 0.6745;
}

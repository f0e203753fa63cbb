import type { Span } from './span.ts';

/**
 * How much of each column of pixels is covered by stretches, 0..1 each, and how many begin there: what is left of thousands of bars
 * when there is no room to draw them one by one.
 */
export interface Columns {
  readonly cover: Float32Array;
  readonly count: Uint32Array;
}

export function columnsOf(spans: Iterable<Span>, view: Span, width: number): Columns {
  const cover = new Float32Array(width);
  const count = new Uint32Array(width);
  const scale = width / (view.to - view.from);
  for (const { from, to } of spans) {
    const left = (from - view.from) * scale;
    const right = (to - view.from) * scale;
    if (right < 0 || left > width) continue;
    const first = Math.max(0, Math.floor(left));
    const last = Math.min(width - 1, Math.floor(right));
    if (left >= 0 && first < width) count[first] = (count[first] ?? 0) + 1;
    for (let x = first; x <= last; x++) cover[x] = Math.min(1, (cover[x] ?? 0) + Math.max(Math.min(right, x + 1) - Math.max(left, x), 0));
  }
  return { cover, count };
}

/** Counts per column, smeared over `reach` columns at either side, so that single ones can be seen; the greatest is 1. */
export function heightsOf(count: Uint32Array, reach: number): Float32Array {
  const out = new Float32Array(count.length);
  let most = 0;
  for (let x = 0; x < count.length; x++) {
    let sum = 0;
    for (let near = Math.max(0, x - reach); near <= Math.min(count.length - 1, x + reach); near++) sum += (count[near] ?? 0) * (1 - Math.abs(near - x) / (reach + 1));
    out[x] = sum;
    most = Math.max(most, sum);
  }
  return most === 0 ? out : out.map((height) => height / most);
}

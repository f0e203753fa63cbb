import type { Span } from '../timeline/span.ts';

/** As much of a recording is cut at once, ms. */
export const LONGEST = 10 * 60_000;

/** Reads `camera:from:to` (ms) of the address; undefined where it is none. `cut`: it was longer than is shown at once. */
export function watchRange(text: string): (Span & { readonly camera: string; readonly cut: boolean }) | undefined {
  const [camera = '', first, last] = text.split(':');
  const [from, to] = [Number(first), Number(last)];
  if (!/^[a-z0-9_-]{1,64}$/.test(camera) || !(from > 0 && to > from)) return undefined;
  return { camera, from, to: Math.min(to, from + LONGEST), cut: to - from > LONGEST };
}

import { contains, overlaps } from '../timeline/span.ts';
import type { Span } from '../timeline/span.ts';

/** What is shown before and after a happening, ms. */
const BEFORE = 3_000;
const AFTER = 3_000;
/** A film is no longer than this, ms. */
const LONGEST = 120_000;

/** Moments of pictures around a happening that were recorded, evenly spread. */
export function momentsAround({ from, to }: Span, recorded: readonly Span[], count: number): number[] {
  const [first, last] = [from - 2_000, Math.min(to, from + LONGEST) + 2_000];
  const step = (last - first) / (count - 1);
  return Array.from({ length: count }, (_, index) => Math.round(first + index * step)).filter((at) => recorded.some((span) => contains(span, at)));
}

/** The film around a happening, as far as it was recorded; undefined where nothing was. */
export function filmAround({ from, to }: Span, recorded: readonly Span[]): Span | undefined {
  const wanted = { from: from - BEFORE, to: Math.min(to, from + LONGEST) + AFTER };
  const there = recorded.filter((span) => overlaps(span, wanted));
  if (there.length === 0) return undefined;
  return { from: Math.max(wanted.from, Math.min(...there.map((span) => span.from))), to: Math.min(wanted.to, Math.max(...there.map((span) => span.to))) };
}

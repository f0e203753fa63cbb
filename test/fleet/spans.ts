/** A stretch of time, mostly in ms. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Sorted, and those that touch or lie at most `apart` from one another as one. */
export function joined(spans: readonly Span[], apart = 0): Span[] {
  const out: { start: number; end: number }[] = [];
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    const last = out.at(-1);
    if (last && start <= last.end + apart) last.end = Math.max(last.end, end);
    else out.push({ start, end });
  }
  return out;
}

/** What of `spans` none of `others` holds. */
export function without(spans: readonly Span[], others: readonly Span[]): Span[] {
  let left = joined(spans);
  for (const other of others) {
    left = left.flatMap(({ start, end }) => [{ start, end: Math.min(end, other.start) }, { start: Math.max(start, other.end), end }].filter((s) => s.end > s.start));
  }
  return left;
}

/** What of `spans` lies within `frame`. */
export function within(spans: readonly Span[], frame: Span): Span[] {
  return spans.map(({ start, end }) => ({ start: Math.max(start, frame.start), end: Math.min(end, frame.end) })).filter(({ start, end }) => end > start);
}

/** A stretch of a camera's time, ms. */
export interface Span {
  readonly camera: string;
  readonly start: number;
  readonly end: number;
}

/** ms of `spans` that none of `others` holds, camera by camera */
export function uncovered(spans: readonly Span[], others: readonly Span[]): number {
  return spans.reduce((sum, span) => {
    let at = span.start;
    for (const other of others.filter((o) => o.camera === span.camera && o.end > span.start).sort((a, b) => a.start - b.start)) {
      if (other.start > at) break;
      at = Math.max(at, other.end);
    }
    return sum + Math.max(0, span.end - at);
  }, 0);
}

/** ms that spans of one kind and of the other have in common */
export function overlap(spans: readonly Span[], others: readonly Span[]): number {
  const common = (a: Span, b: Span): number => (a.camera === b.camera ? Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start)) : 0);
  return spans.flatMap((span) => others.map((other) => common(span, other))).reduce((sum, ms) => sum + ms, 0);
}

/** A stretch of wall clock: milliseconds since the epoch, `from` ≤ `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** As near as the timeline can be looked at, ms. */
export const CLOSEST = 2_000;
/** As far: a bit more than a year, ms. */
export const FARTHEST = 400 * 86_400_000;

export function lengthOf({ from, to }: Span): number {
  return to - from;
}

export function overlaps(a: Span, b: Span): boolean {
  return a.from <= b.to && b.from <= a.to;
}

export function contains({ from, to }: Span, at: number): boolean {
  return from <= at && at <= to;
}

/** The same stretch with the ends in order, however they were dragged. */
export function ordered(a: number, b: number): Span {
  return { from: Math.min(a, b), to: Math.max(a, b) };
}

/** With `share` of its length more at either side. */
export function widened(span: Span, share: number): Span {
  const more = lengthOf(span) * share;
  return { from: span.from - more, to: span.to + more };
}

/** Moved by `share` of its length; forward where it is positive. */
export function panned(span: Span, share: number): Span {
  const by = lengthOf(span) * share;
  return { from: span.from + by, to: span.to + by };
}

/** `factor` times as long, with `around` (the middle, if not given) in its place on the screen; within what can be looked at. */
export function zoomed(span: Span, factor: number, around = (span.from + span.to) / 2): Span {
  const length = lengthOf(span);
  const wanted = Math.min(Math.max(length * factor, CLOSEST), FARTHEST);
  const left = length === 0 ? 0.5 : (around - span.from) / length;
  return { from: around - wanted * left, to: around + wanted * (1 - left) };
}

/** Stretches in order, those that touch or overlap joined. */
export function joined(spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = out.at(-1);
    if (last && span.from <= last.to) out[out.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else out.push(span);
  }
  return out;
}

/** What of `wanted` lies in none of `had`, in order. */
export function missing(wanted: Span, had: readonly Span[]): Span[] {
  const out: Span[] = [];
  let { from } = wanted;
  for (const span of joined(had)) {
    if (span.to < from || span.from > wanted.to) continue;
    if (span.from > from) out.push({ from, to: span.from });
    from = Math.max(from, span.to);
  }
  if (from < wanted.to) out.push({ from, to: wanted.to });
  return out;
}

/** A view that shows `span` with air around it, and at least `least` ms of time. */
export function framing(span: Span, least = 20_000): Span {
  const length = Math.max(lengthOf(span) * 1.5, least);
  const middle = (span.from + span.to) / 2;
  return { from: middle - length / 2, to: middle + length / 2 };
}

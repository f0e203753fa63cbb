import type { Span } from './span.ts';

/**
 * How many rows things take that may not touch each other, `most` + 1 at the most: in order of their beginnings, each in the first row
 * that is free. `span` says where on the screen something stands, px.
 */
export function rowsOf<T>(items: readonly T[], span: (item: T) => Span, most: number): number {
  const ends: number[] = [];
  for (const { from, to } of items.map(span).sort((a, b) => a.from - b.from)) {
    const free = ends.findIndex((end) => end <= from);
    if (free >= 0) ends[free] = to;
    else if (ends.length >= most) return most + 1;
    else ends.push(to);
  }
  return ends.length;
}

/** About how wide a text is in the chart's type, px: Chinese signs are twice as wide as Latin letters. */
export function textWidth(text: string, most: number): number {
  let width = 0;
  for (const sign of text) {
    width += (sign.codePointAt(0) ?? 0) >= 0x2e80 ? 12 : 6.3;
    if (width >= most) return most;
  }
  return width;
}

import type { Span } from './span.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** the range holds more, older ones */
  readonly more: boolean;
}

/** What was read, and from when on it is all that there is. */
export interface Read<T> {
  readonly items: readonly T[];
  readonly reached: number;
}

/**
 * Reads a range page by page, newest first, `most` pages at most: each further page ends where the oldest one before began. What a page
 * holds is dated by `startOf`, ms.
 */
export async function readPages<T>(range: Span, ask: (range: Span) => Promise<Page<T>>, startOf: (item: T) => number, most: number): Promise<Read<T>> {
  const items: T[] = [];
  let { to } = range;
  for (let page = 0; page < most; page++) {
    const answer = await ask({ from: range.from, to });
    items.push(...answer.items);
    if (!answer.more || answer.items.length === 0) return { items, reached: range.from };
    const oldest = answer.items.reduce((least, item) => Math.min(least, startOf(item)), to);
    // a whole page that begins in the same millisecond: nothing leads on from there
    if (oldest >= to) return { items, reached: oldest };
    to = oldest;
    if (to <= range.from) return { items, reached: range.from };
  }
  return { items, reached: to };
}

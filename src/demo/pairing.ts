/** Something that happened, or that was logged: what, and when (wall clock, ms). */
export interface Timed {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** How far apart the starts of a happening and its log entry may lie, ms, where the two do not overlap. */
export const TOLERANCE = 1500;

/** Same words (letter case, spacing and a full stop aside), and starts within the tolerance or overlapping times. */
export function couldBeSame(a: Timed, b: Timed): boolean {
  if (plain(a.text) !== plain(b.text)) return false;
  return Math.abs(a.start - b.start) <= TOLERANCE || (a.start < b.end && b.start < a.end);
}

function plain(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ').replace(/[.。]\s*$/, '').trim();
}

/**
 * Pair what truly happened with what was logged, one to one: as many pairs as can be, and among those the ones whose starts
 * lie closest. Returns for each happening the index of its log entry, or -1.
 */
export function pair(happened: readonly Timed[], logged: readonly Timed[]): number[] {
  const pairs = happened.map(() => -1);
  for (const text of new Set(happened.map((h) => plain(h.text)))) {
    const truths = inOrder(happened, text);
    const entries = inOrder(logged, text);
    for (const [h, l] of align(truths, entries, happened, logged)) pairs[h] = l;
  }
  return pairs;
}

/** Indices of the items with this text, by start. */
function inOrder(items: readonly Timed[], text: string): number[] {
  const indices = items.flatMap((item, index) => (plain(item.text) === text ? [index] : []));
  return indices.sort((a, b) => startOf(items, a) - startOf(items, b));
}

interface Alignment {
  readonly pairs: number;
  readonly error: number;
  readonly last: { readonly pair: readonly [number, number]; readonly before: Alignment } | null;
}

/** Things of the same text keep their order, so that this is an alignment of two sequences (dynamic programming over prefixes). */
function align(truths: readonly number[], entries: readonly number[], happened: readonly Timed[], logged: readonly Timed[]): [number, number][] {
  const nothing: Alignment = { pairs: 0, error: 0, last: null };
  let row: Alignment[] = entries.map(() => nothing);
  for (const h of truths) {
    const next: Alignment[] = [];
    entries.forEach((l, j) => {
      const options = [row[j] ?? nothing, next[j - 1] ?? nothing];
      const [truth, entry] = [happened[h], logged[l]];
      if (truth && entry && couldBeSame(truth, entry)) {
        const before = j > 0 ? (row[j - 1] ?? nothing) : nothing;
        options.push({ pairs: before.pairs + 1, error: before.error + Math.abs(truth.start - entry.start), last: { pair: [h, l], before } });
      }
      next.push(options.reduce((best, o) => (o.pairs > best.pairs || (o.pairs === best.pairs && o.error < best.error) ? o : best)));
    });
    row = next;
  }
  const found: [number, number][] = [];
  for (let a = row.at(-1) ?? nothing; a.last; a = a.last.before) found.push([...a.last.pair]);
  return found.reverse();
}

function startOf(items: readonly Timed[], index: number): number {
  return items[index]?.start ?? 0;
}

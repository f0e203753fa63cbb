/** An event's text without what does not matter for telling two apart: case, punctuation, width, spaces. */
export function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Words that say nothing of who does what. Particles (on, off, up, down, in, out) stay: they turn a verb round. */
const EMPTY = new Set(['a', 'an', 'the', 'is', 'are', 'his', 'her', 'their', 'of']);

/**
 * How much two texts have in common, 0..1: the share of words (of characters, where a script writes no spaces) that both
 * use. It says that two texts may be two readings of one happening, never that they mean the same.
 */
export function likeness(a: string, b: string): number {
  const left = words(a);
  const right = words(b);
  if (left.size === 0 || right.size === 0) return 0;
  let common = 0;
  for (const w of left) if (right.has(w)) common++;
  return (2 * common) / (left.size + right.size);
}

/** Events repeat their few texts, and every pair of tracks is compared at every window. */
const remembered = new Map<string, ReadonlySet<string>>();
const MOST_REMEMBERED = 512;

function words(text: string): ReadonlySet<string> {
  const known = remembered.get(text);
  if (known) return known;
  const parts = normalise(text).match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}]+/gu) ?? [];
  const found = new Set(parts.filter((w) => !EMPTY.has(w)));
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(text, found);
  return found;
}

import type { Backend } from './backend.ts';

/** Text for comparison: letters and digits alone, in one case. */
export function normalised(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

/**
 * Whether two texts tell of the same kind of event: equal but for case and punctuation, or each satisfies the other as a
 * rule. One way is not enough: "a person in red falls" satisfies "a person falls", and they may be two people.
 */
export async function equivalent(backend: Pick<Backend, 'score'>, a: string, b: string): Promise<boolean> {
  if (normalised(a) === normalised(b)) return true;
  return (await backend.score(a, b)) >= 0.5 && (await backend.score(b, a)) >= 0.5;
}

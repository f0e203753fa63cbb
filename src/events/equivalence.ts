/** Remembers which texts say the same; bounded, the longest unused go first. */
export interface Equivalence {
  /** the answer, where it has been asked */
  known(a: string, b: string): boolean | undefined;
  learn(a: string, b: string, same: boolean): void;
}

/** Scenes repeat: a few hundred pairs of texts serve a camera for months. */
const MOST_PAIRS = 2000;

export function createEquivalence(most = MOST_PAIRS): Equivalence {
  const pairs = new Map<string, boolean>();
  // equivalence has no direction
  const keyOf = (a: string, b: string): string => (a < b ? `${a}\n${b}` : `${b}\n${a}`);
  return {
    known(a, b) {
      const key = keyOf(a, b);
      const same = pairs.get(key);
      if (same === undefined) return undefined;
      pairs.delete(key);
      pairs.set(key, same);
      return same;
    },
    learn(a, b, same) {
      pairs.set(keyOf(a, b), same);
      const oldest = pairs.keys().next();
      if (pairs.size > most && !oldest.done) pairs.delete(oldest.value);
    },
  };
}

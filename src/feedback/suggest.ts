/** A labelled alert as a threshold sees it. */
export interface Labelled {
  readonly score: number;
  readonly right: boolean;
}

/** What would have come of the labelled alerts at a threshold. */
export interface AtThreshold {
  readonly threshold: number;
  /** right and wrong alerts that would still be given */
  readonly right: number;
  readonly wrong: number;
  /** right ÷ (right + wrong); null where nothing would be given */
  readonly precision: number | null;
  /** that precision lies in this interval with 95 % probability */
  readonly interval: readonly [number, number] | null;
}

export interface Suggestion extends AtThreshold {
  /** right alerts that it would cost, and wrong ones that it would spare, against the present threshold */
  readonly rightLost: number;
  readonly wrongSpared: number;
  /** `weak`: the intervals before and after overlap; `clear`: they do not */
  readonly sure: 'weak' | 'clear';
}

/** Labels of each kind below which a suggestion would be a guess. */
export const ENOUGH = 5;
/** z of 95 % */
const Z = 1.959964;

/**
 * The threshold that parts right alerts from wrong ones best: the fewest right ones lost and wrong ones kept together, in the
 * middle between two scores; null where none does better than the present one, or where there are fewer than 5 labels of either kind.
 * Only alerts that were given are labelled: of what lay below the thresholds of then nothing is known.
 */
export function suggestThreshold(labels: readonly Labelled[], present: number): Suggestion | null {
  const now = atThreshold(labels, present);
  const right = labels.filter((label) => label.right).length;
  if (Math.min(right, labels.length - right) < ENOUGH) return null;
  const mistakes = (at: AtThreshold): number => right - at.right + at.wrong;
  const better = candidates(labels).map((threshold) => atThreshold(labels, threshold)).filter((at) => mistakes(at) < mistakes(now) && at.right > 0);
  const fewest = Math.min(...better.map(mistakes));
  // of equals the one that costs the fewest right alerts
  const [best] = better.filter((at) => mistakes(at) === fewest).sort((a, b) => b.right - a.right || a.threshold - b.threshold);
  if (!best) return null;
  const apart = (best.interval?.[0] ?? 0) > (now.interval?.[1] ?? 0);
  return { ...best, rightLost: now.right - best.right, wrongSpared: now.wrong - best.wrong, sure: apart ? 'clear' : 'weak' };
}

export function atThreshold(labels: readonly Labelled[], threshold: number): AtThreshold {
  const given = labels.filter((label) => label.score >= threshold);
  const right = given.filter((label) => label.right).length;
  return { threshold, right, wrong: given.length - right, precision: given.length === 0 ? null : right / given.length, interval: wilson(right, given.length) };
}

/** Midpoints between neighbouring scores, to three places; where that would fall onto the upper one, just it. */
function candidates(labels: readonly Labelled[]): number[] {
  const scores = [...new Set(labels.map((label) => label.score))].sort((a, b) => a - b);
  return scores.slice(1).map((score, i) => {
    const below = scores[i] ?? 0;
    const middle = Math.round(((below + score) / 2) * 1000) / 1000;
    return middle > below && middle <= score ? middle : score;
  });
}

/** Wilson's score interval of a share, 95 % (E. B. Wilson, JASA 22, 1927). */
export function wilson(hits: number, of: number): readonly [number, number] | null {
  if (of === 0) return null;
  const p = hits / of;
  const spread = Z * Math.sqrt((p * (1 - p)) / of + Z ** 2 / (4 * of ** 2));
  const scale = 1 + Z ** 2 / of;
  const centre = p + Z ** 2 / (2 * of);
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}

import type { Point } from './line.ts';

/** What speaks for a line through reports being too early by now, as it is when the camera's clock was set ahead. */
export interface Contradiction {
  /** ms by which it may be */
  readonly by: number;
  /** index of the first report that says so most plainly */
  readonly since: number;
}

/** What of a line's reports has been seen to be late. */
export interface Lateness {
  /** The reports that a line is drawn through, the newest last; the last `late` of them lie above it without a break. */
  compare(points: readonly Point[], line: { at(x: number): number } | undefined, late: number, wasClean: boolean): void;
  /** Another line has begun. */
  begin(): void;
  readonly contradiction: Contradiction;
  /** ms by which reports have been late at the most, of those that do not speak against a line */
  readonly worst: number;
}

/** Reports that are late without a break are this improbable where they speak against the line. */
const IMPROBABLE = 0.1;
const NONE: Contradiction = { by: 0, since: 0 };

export function createLateness(): Lateness {
  let contradiction = NONE;
  let worst = 0;
  return {
    compare(points, line, late, wasClean) {
      const heights = points.map((p) => (line ? p.x + p.offset - line.at(p.x) : 0));
      const usual = heights.slice(0, points.length - late);
      worst = Math.max(worst, ...usual);
      contradiction = findContradiction(heights.slice(usual.length), usual, wasClean);
    },
    begin() {
      contradiction = NONE;
    },
    get contradiction() {
      return contradiction;
    },
    get worst() {
      return worst;
    },
  };
}

/**
 * Judges a line by how high above it the reports are since the last that lay on it (`above`, ms): each stretch of them up to the
 * newest speaks that is improbable while the line is true. How probable it is tell the heights of the reports before (`usual`),
 * of which as many as lie so high may be so late again; where reports have been prompt (`wasClean`) a single one speaks.
 */
export function findContradiction(above: readonly number[], usual: readonly number[], wasClean: boolean): Contradiction {
  let [by, since, least, plainest] = [0, 0, Infinity, 1];
  for (const [i, height] of above.toReversed().entries()) {
    least = Math.min(least, height);
    const high = usual.filter((other) => other >= least).length;
    const chance = ((high + 0.5) / (usual.length + 1)) ** (i + 1);
    if (wasClean || chance < IMPROBABLE) by = Math.max(by, least);
    if (chance <= plainest) [since, plainest] = [above.length - 1 - i, chance];
  }
  return { by, since };
}

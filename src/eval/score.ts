import { assign } from './assign.ts';

/** Something that happened or is said to have: seconds. */
export interface Happening {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A prediction and the labelled happening that it tells of. */
export interface Match<P extends Happening = Happening, L extends Happening = Happening> {
  readonly said: P;
  readonly truth: L;
}

/**
 * Pairs predictions with labels, one to one: as many as can be, and of those choices the one with the least onset error.
 * A pair must mean the same and be near in time: the intervals overlap, or lie at most `tolerance` seconds apart.
 */
export function pairHappenings<P extends Happening, L extends Happening>(
  predicted: readonly P[],
  labelled: readonly L[],
  same: (said: P, truth: L) => boolean,
  tolerance: number,
): Match<P, L>[] {
  const pairs = predicted.flatMap((said, row) =>
    labelled.flatMap((truth, column) =>
      near(said, truth, tolerance) && same(said, truth) ? [{ row, column, cost: Math.abs(said.start - truth.start), said, truth }] : [],
    ),
  );
  return assign(pairs).map(({ said, truth }) => ({ said, truth }));
}

/** Whether two intervals overlap or lie at most `tolerance` seconds apart. */
export function near(a: Happening, b: Happening, tolerance: number): boolean {
  return Math.max(a.start, b.start) - Math.min(a.end, b.end) <= tolerance;
}

/** Temporal intersection over union, 0..1. */
export function temporalIou(a: Happening, b: Happening): number {
  const union = Math.max(a.end, b.end) - Math.min(a.start, b.start);
  if (union === 0) return 1;
  return Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start)) / union;
}

/** What was counted and measured in one video; tallies add up. */
export interface Tally {
  readonly labelled: number;
  readonly predicted: number;
  readonly matched: number;
  /** signed, seconds: positive is late */
  readonly onsetErrors: readonly number[];
  readonly endErrors: readonly number[];
  /** of each labelled happening; 0 where it was missed */
  readonly ious: readonly number[];
}

export function tally(predicted: readonly Happening[], labelled: readonly Happening[], matched: readonly Match[]): Tally {
  const missed = Array.from({ length: labelled.length - matched.length }, () => 0);
  return {
    labelled: labelled.length,
    predicted: predicted.length,
    matched: matched.length,
    onsetErrors: matched.map(({ said, truth }) => said.start - truth.start),
    endErrors: matched.map(({ said, truth }) => said.end - truth.end),
    ious: [...matched.map(({ said, truth }) => temporalIou(said, truth)), ...missed],
  };
}

export function addTallies(tallies: readonly Tally[]): Tally {
  return {
    labelled: sum(tallies.map((t) => t.labelled)),
    predicted: sum(tallies.map((t) => t.predicted)),
    matched: sum(tallies.map((t) => t.matched)),
    onsetErrors: tallies.flatMap((t) => t.onsetErrors),
    endErrors: tallies.flatMap((t) => t.endErrors),
    ious: tallies.flatMap((t) => t.ious),
  };
}

export function sum(values: readonly number[]): number {
  return values.reduce((a, v) => a + v, 0);
}

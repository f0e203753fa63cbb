import { assign } from './assign.ts';

/** Something that happened or is said to have: seconds. */
export interface Happening {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Which predicted happening is which labelled one; indices. */
export interface Pairing {
  readonly predicted: number;
  readonly labelled: number;
}

/**
 * Pairs predictions with labels, one to one: as many as can be, and of those choices the one with the least onset error.
 * A pair must mean the same and be near in time: the intervals overlap, or lie at most `tolerance` seconds apart.
 */
export function pairHappenings(
  predicted: readonly Happening[],
  labelled: readonly Happening[],
  same: (predicted: number, labelled: number) => boolean,
  tolerance: number,
): Pairing[] {
  const pairs = predicted.flatMap((p, row) =>
    labelled.flatMap((l, column) => (near(p, l, tolerance) && same(row, column) ? [{ row, column, cost: Math.abs(p.start - l.start) }] : [])),
  );
  return assign(pairs).map(({ row, column }) => ({ predicted: row, labelled: column }));
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

export function tally(predicted: readonly Happening[], labelled: readonly Happening[], pairing: readonly Pairing[]): Tally {
  const matched = pairing.flatMap((p) => {
    const said = predicted[p.predicted];
    const truth = labelled[p.labelled];
    return said && truth ? [{ said, truth }] : [];
  });
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

import { assign } from './assign.ts';
import { errorFigures, rates } from './figures.ts';
import type { ErrorFigures, Rates } from './figures.ts';
import { near, sum } from './score.ts';
import type { Happening } from './score.ts';

/** An alert that should be given. */
export interface RuleHit {
  readonly ruleId: string;
  readonly happening: Happening;
}

/** An alert that was given. */
export interface GivenHit extends RuleHit {
  /** seconds: when it was given; undefined where nobody knows */
  readonly at?: number;
  /** its event was taken back afterwards */
  readonly takenBack?: boolean;
  /** the labelled happening that its event tells of, and no other event does */
  readonly tells?: Happening;
}

export interface RuleTally {
  readonly expected: number;
  readonly given: number;
  readonly right: number;
  /** alerts for a happening that already had one by the same rule; they count against precision as well */
  readonly duplicate: number;
  /** alerts for what was not so, or does not satisfy the rule */
  readonly spurious: number;
  /** of all that were given, those that were taken back; and of the right ones */
  readonly takenBack: number;
  readonly rightTakenBack: number;
  /** seconds from each right alert's happening until it was given */
  readonly delays: readonly number[];
}

export interface RuleFigures extends Rates, Omit<RuleTally, 'delays'> {
  /** duplicates per happening that satisfies a rule */
  readonly duplicatesPerHappening: number | null;
  /** as it stands when what was taken back no longer counts */
  readonly standing: Rates;
  /** from onset to alert, seconds */
  readonly delay: Pick<ErrorFigures, 'median' | 'p95'>;
}

/** Alerts held against those that should have been given. */
export interface JudgedAlerts {
  readonly right: readonly { readonly given: GivenHit; readonly expected: RuleHit }[];
  readonly again: readonly GivenHit[];
  readonly spurious: readonly GivenHit[];
  readonly missed: readonly RuleHit[];
}

/**
 * An alert is right when, at its time (± `tolerance` seconds), something happened that truly satisfies its rule; the words
 * that the model found for it do not matter. One alert per rule and happening.
 */
export function judgeAlerts(given: readonly GivenHit[], expected: readonly RuleHit[], tolerance: number): JudgedAlerts {
  const fits = (g: RuleHit, e: RuleHit): boolean => g.ruleId === e.ruleId && near(g.happening, e.happening, tolerance);
  const pairs = given.flatMap((g, row) =>
    expected.flatMap((e, column) => (fits(g, e) ? [{ row, column, cost: Math.abs(g.happening.start - e.happening.start), given: g, expected: e }] : [])),
  );
  const right = assign(pairs);
  const [rows, columns] = [new Set(right.map((p) => p.row)), new Set(right.map((p) => p.column))];
  // what tells of another happening is no second alert for this one, but one that the rule should not have given
  const again = (g: GivenHit): boolean => expected.some((e) => fits(g, e) && (g.tells === undefined || g.tells === e.happening));
  const rest = given.filter((_, row) => !rows.has(row));
  return { right, again: rest.filter(again), spurious: rest.filter((g) => !again(g)), missed: expected.filter((_, column) => !columns.has(column)) };
}

export function tallyRules(given: readonly GivenHit[], expected: readonly RuleHit[], tolerance: number): RuleTally {
  const { right, again, spurious } = judgeAlerts(given, expected, tolerance);
  return {
    expected: expected.length,
    given: given.length,
    right: right.length,
    duplicate: again.length,
    spurious: spurious.length,
    takenBack: given.filter((g) => g.takenBack).length,
    rightTakenBack: right.filter(({ given: g }) => g.takenBack).length,
    delays: right.flatMap(({ given: { at }, expected: { happening } }) => (at === undefined ? [] : [at - happening.start])),
  };
}

export function ruleFigures(tallies: readonly RuleTally[]): RuleFigures {
  const of = (count: (t: RuleTally) => number): number => sum(tallies.map(count));
  const [expected, given, right] = [of((t) => t.expected), of((t) => t.given), of((t) => t.right)];
  const [duplicate, takenBack, rightTakenBack] = [of((t) => t.duplicate), of((t) => t.takenBack), of((t) => t.rightTakenBack)];
  const { median, p95 } = errorFigures(tallies.flatMap((t) => t.delays));
  return {
    expected, given, right, duplicate, takenBack, rightTakenBack,
    spurious: of((t) => t.spurious),
    ...rates(right, expected, given),
    duplicatesPerHappening: expected === 0 ? null : duplicate / expected,
    standing: rates(right - rightTakenBack, expected, given - takenBack),
    delay: { median, p95 },
  };
}

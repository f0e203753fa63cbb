import { assign } from './assign.ts';
import { rates } from './figures.ts';
import type { Rates } from './figures.ts';
import { near, sum } from './score.ts';
import type { Happening } from './score.ts';

/** An alert that was given, or should have been. */
export interface RuleHit {
  readonly ruleId: string;
  readonly happening: Happening;
}

export interface RuleTally {
  readonly expected: number;
  readonly given: number;
  readonly right: number;
  /** alerts for a happening that already had one by the same rule; they count against precision as well */
  readonly duplicate: number;
}

export interface RuleFigures extends Rates, RuleTally {
  /** duplicates per happening that satisfies a rule */
  readonly duplicatesPerHappening: number | null;
}

/**
 * An alert is right when, at its time (± `tolerance` seconds), something happened that truly satisfies its rule; the words
 * that the model found for it do not matter. One alert per rule and happening.
 */
export function tallyRules(given: readonly RuleHit[], expected: readonly RuleHit[], tolerance: number): RuleTally {
  const fits = (g: RuleHit, e: RuleHit): boolean => g.ruleId === e.ruleId && near(g.happening, e.happening, tolerance);
  const pairs = given.flatMap((g, row) =>
    expected.flatMap((e, column) => (fits(g, e) ? [{ row, column, cost: Math.abs(g.happening.start - e.happening.start) }] : [])),
  );
  const right = assign(pairs);
  const paired = new Set(right.map((p) => p.row));
  const duplicate = given.filter((g, row) => !paired.has(row) && expected.some((e) => fits(g, e))).length;
  return { expected: expected.length, given: given.length, right: right.length, duplicate };
}

export function ruleFigures(tallies: readonly RuleTally[]): RuleFigures {
  const total: RuleTally = {
    expected: sum(tallies.map((t) => t.expected)),
    given: sum(tallies.map((t) => t.given)),
    right: sum(tallies.map((t) => t.right)),
    duplicate: sum(tallies.map((t) => t.duplicate)),
  };
  return {
    ...total,
    ...rates(total.right, total.expected, total.given),
    duplicatesPerHappening: total.expected === 0 ? null : total.duplicate / total.expected,
  };
}

import { describe, expect, test } from 'vitest';
import { assign } from '../../src/eval/assign.ts';
import type { Pair } from '../../src/eval/assign.ts';
import { eventFigures, quantile } from '../../src/eval/figures.ts';
import { ruleFigures, tallyRules } from '../../src/eval/ruleScore.ts';
import { addTallies, pairHappenings, tally, temporalIou } from '../../src/eval/score.ts';
import type { Happening } from '../../src/eval/score.ts';

const at = (text: string, start: number, end: number): Happening => ({ text, start, end });

function pairByText(predicted: Happening[], labelled: Happening[], tolerance = 1): [number, number][] {
  const matches = pairHappenings(predicted, labelled, (said, truth) => said.text === truth.text, tolerance);
  return matches.map((m) => [predicted.indexOf(m.said), labelled.indexOf(m.truth)]);
}

describe('assign', () => {
  test('gives up a cheap pair where that makes one more', () => {
    const pairs = [{ row: 0, column: 1, cost: 0.05 }, { row: 0, column: 0, cost: 1 }, { row: 1, column: 1, cost: 1 }];
    expect(assign(pairs).map((p) => [p.row, p.column])).toEqual([[0, 0], [1, 1]]);
  });

  test('equals the best of all permutations', () => {
    // a fixed linear congruential sequence: the same tables every time
    let state = 12345;
    const next = (): number => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
    for (let round = 0; round < 60; round++) {
      const pairs: Pair[] = [];
      for (let row = 0; row < 4; row++) for (let column = 0; column < 4; column++) if (next() < 0.6) pairs.push({ row, column, cost: Math.floor(next() * 20) });
      const got = assign(pairs);
      expect(new Set(got.map((p) => p.row)).size).toBe(got.length);
      expect(new Set(got.map((p) => p.column)).size).toBe(got.length);
      const cost = got.reduce((a, p) => a + p.cost, 0);
      expect([got.length, cost], `round ${round}`).toEqual(best(pairs, 0, new Set()));
    }
  });
});

/** [count, cost] of the best assignment of rows from `row` on, by trying everything. */
function best(pairs: readonly Pair[], row: number, used: ReadonlySet<number>): [number, number] {
  if (row === 4) return [0, 0];
  let top = best(pairs, row + 1, used);
  for (const pair of pairs.filter((p) => p.row === row && !used.has(p.column))) {
    const [count, cost] = best(pairs, row + 1, new Set([...used, pair.column]));
    if (count + 1 > top[0] || (count + 1 === top[0] && cost + pair.cost < top[1])) top = [count + 1, cost + pair.cost];
  }
  return top;
}

describe('pairHappenings', () => {
  test('wants the same meaning and a near time', () => {
    const labels = [at('falls', 2, 3), at('gets up', 6, 7)];
    expect(pairByText([at('falls', 3.9, 4.5), at('gets up', 8.1, 9)], labels)).toEqual([[0, 0]]);
    expect(pairByText([at('gets up', 2, 3)], labels)).toEqual([]);
  });

  test('two happenings of the same words stay two', () => {
    const labels = [at('picks up', 1, 2), at('picks up', 7, 8)];
    expect(pairByText([at('picks up', 6.8, 7.9), at('picks up', 1.2, 2.1)], labels)).toEqual([[0, 1], [1, 0]]);
  });

  test('a long event is found although its onset is far off', () => {
    expect(pairByText([at('walks', 5, 12)], [at('walks', 1, 12)], 0.5)).toEqual([[0, 0]]);
  });
});

describe('temporalIou', () => {
  test.each([
    [at('', 0, 2), at('', 1, 3), 1 / 3],
    [at('', 0, 2), at('', 2, 3), 0],
    [at('', 0, 1), at('', 5, 6), 0],
    [at('', 1, 1), at('', 1, 1), 1],
    [at('', 1, 4), at('', 1, 4), 1],
  ])('case %#', (a, b, expected) => {
    expect(temporalIou(a, b)).toBeCloseTo(expected);
    expect(temporalIou(b, a)).toBeCloseTo(expected);
  });
});

describe('event figures', () => {
  // counted by hand: 3 of 4 labels found by 5 predictions
  const labels = [at('a', 1, 3), at('b', 4, 5), at('c', 8, 10), at('d', 12, 13)];
  const predicted = [at('a', 1.5, 3), at('a', 2, 3), at('b', 3.9, 5.1), at('c', 8, 9), at('d', 20, 21)];
  const figures = eventFigures(tally(predicted, labels, pairHappenings(predicted, labels, (said, truth) => said.text === truth.text, 1)));

  test('recall, precision and F1', () => {
    expect(figures).toMatchObject({ labelled: 4, predicted: 5, matched: 3, recall: 0.75, precision: 0.6 });
    expect(figures.f1).toBeCloseTo(2 / 3);
  });

  test('errors of onset and end', () => {
    expect(figures.onsetError.mean).toBeCloseTo((0.5 + 0.1 + 0) / 3);
    expect(figures.onsetError.median).toBeCloseTo(0.1);
    expect(figures.onsetError.p95).toBeCloseTo(0.5);
    expect(figures.onsetError.bias).toBeCloseTo((0.5 - 0.1) / 3);
    expect(figures.endError.mean).toBeCloseTo((0 + 0.1 + 1) / 3);
  });

  test('recall at temporal IoU counts missed labels as 0', () => {
    // IoUs 0.75, 1/1.2, 0.5 and one missed
    expect(figures.recallAt).toEqual({ iou30: 0.75, iou50: 0.75, iou70: 0.5 });
    expect(figures.meanIou).toBeCloseTo((0.75 + 1 / 1.2 + 0.5) / 4);
  });

  test('nothing there and nothing said has no rates', () => {
    expect(eventFigures(addTallies([]))).toMatchObject({ recall: null, precision: null, f1: null, meanIou: null, onsetError: { mean: null, p95: null } });
  });

  test('tallies add up', () => {
    const t = tally(predicted, labels, []);
    expect(eventFigures(addTallies([t, t]))).toMatchObject({ labelled: 8, predicted: 10, matched: 0, recall: 0, precision: 0, f1: 0, meanIou: 0 });
  });
});

describe('rule figures', () => {
  const hit = (ruleId: string, start: number): { ruleId: string; happening: Happening } => ({ ruleId, happening: at('x', start, start + 1) });

  test('right, false, missed and duplicate', () => {
    const expected = [hit('phone', 2), hit('phone', 20), hit('fall', 2), hit('fall', 30)];
    const given = [hit('phone', 2.2), hit('phone', 2.6), hit('phone', 40), hit('fall', 30)];
    const t = tallyRules(given, expected, 1);
    expect(t).toEqual({ expected: 4, given: 4, right: 2, duplicate: 1, spurious: 1, takenBack: 0, rightTakenBack: 0, delays: [] });
    expect(ruleFigures([t, t])).toMatchObject({ expected: 8, right: 4, recall: 0.5, precision: 0.5, f1: 0.5, duplicatesPerHappening: 0.25 });
  });

  test('an alert for an event that tells of another happening is spurious and no duplicate', () => {
    const other = at('y', 2.5, 3.5);
    const t = tallyRules([hit('phone', 2.2), { ...hit('phone', 2.6), tells: other }], [hit('phone', 2)], 1);
    expect(t).toMatchObject({ right: 1, duplicate: 0, spurious: 1 });
  });

  test('what is taken back counts as given, but stands no longer; alerts have their delay', () => {
    const given = [{ ...hit('phone', 2.2), at: 4 }, { ...hit('phone', 9), at: 11, takenBack: true }, { ...hit('fall', 30), at: 31.5, takenBack: true }];
    const figures = ruleFigures([tallyRules(given, [hit('phone', 2), hit('fall', 30)], 1)]);
    expect(figures).toMatchObject({ right: 2, spurious: 1, takenBack: 2, rightTakenBack: 1, recall: 1, standing: { recall: 0.5, precision: 1 }, delay: { p95: 2 } });
    expect(figures.precision).toBeCloseTo(2 / 3);
  });

  test('no rules, no figures', () => {
    expect(ruleFigures([])).toMatchObject({ recall: null, precision: null, duplicatesPerHappening: null });
  });
});

test('quantile is a value that was measured', () => {
  expect(quantile([3, 1, 2], 0.5)).toBe(2);
  expect(quantile([4, 1, 2, 3], 0.5)).toBe(2);
  expect(quantile([1, 2, 3], 0.95)).toBe(3);
  expect(quantile([], 0.5)).toBeNull();
});

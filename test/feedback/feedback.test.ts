import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ruleSchema } from '../../src/config/ruleSchema.ts';
import { judgeRules } from '../../src/feedback/judge.ts';
import type { JudgedAlert } from '../../src/feedback/judge.ts';
import { atThreshold, suggestThreshold, wilson } from '../../src/feedback/suggest.ts';
import type { Labelled } from '../../src/feedback/suggest.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { alert, NOON } from '../store/values.ts';

const labels = (right: readonly number[], wrong: readonly number[]): Labelled[] => [
  ...right.map((score) => ({ score, right: true })),
  ...wrong.map((score) => ({ score, right: false })),
];
const RIGHT = [0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 0.995];
const WRONG = [0.52, 0.55, 0.58, 0.6, 0.61, 0.64];

describe('a threshold', () => {
  test('is suggested between right and wrong alerts, and says what it spares', () => {
    expect(suggestThreshold(labels(RIGHT, WRONG), 0.5)).toMatchObject({ threshold: 0.78, right: 8, wrong: 0, precision: 1, rightLost: 0, wrongSpared: 6, sure: 'weak' });
    const many = suggestThreshold(labels([...RIGHT, ...RIGHT], [...WRONG, ...WRONG, ...WRONG]), 0.5);
    expect(many).toMatchObject({ threshold: 0.78, sure: 'clear' });
  });

  test('costs right alerts where they lie among the wrong ones', () => {
    const suggestion = suggestThreshold(labels([...RIGHT, 0.53], WRONG), 0.5);
    expect(suggestion).toMatchObject({ threshold: 0.78, rightLost: 1, wrongSpared: 6 });
  });

  test.each([
    ['too few wrong ones', labels(RIGHT, WRONG.slice(0, 4)), 0.5],
    ['too few right ones', labels(RIGHT.slice(0, 4), WRONG), 0.5],
    ['none', [], 0.5],
    ['a threshold that parts them already', labels(RIGHT, WRONG), 0.8],
    ['scores that are all the same', labels([0.9, 0.9, 0.9, 0.9, 0.9], [0.9, 0.9, 0.9, 0.9, 0.9]), 0.5],
    ['wrong ones that score higher', labels(WRONG, RIGHT), 0.5],
  ])('is not suggested with %s', (_, given, present) => {
    expect(suggestThreshold(given, present)).toBeNull();
  });

  test('lies above the wrong score and at most at the right one, however near they are', () => {
    const near = suggestThreshold(labels([0.9000002, 0.95, 0.96, 0.97, 0.98], [0.6, 0.7, 0.8, 0.85, 0.9000001]), 0.5);
    expect(near?.threshold).toBeGreaterThan(0.9000001);
    expect(near?.threshold).toBeLessThanOrEqual(0.9000002);
    expect(near).toMatchObject({ rightLost: 0, wrongSpared: 5 });
  });

  test('has the interval that Wilson gives', () => {
    expect(wilson(8, 10)?.map((x) => Number(x.toFixed(4)))).toEqual([0.4902, 0.9433]);
    expect(wilson(0, 0)).toBeNull();
    expect(atThreshold([], 0.5)).toEqual({ threshold: 0.5, right: 0, wrong: 0, precision: null, interval: null });
  });
});

const phone: Rule = { id: 'phone', alert: 'alert when someone picks up phone', cameras: [], cooldown: 0, severity: 'info', threshold: 0.5, enabled: true };

function judged(id: string, right: boolean, over: Parameters<typeof alert>[0] = {}): JudgedAlert {
  return { alertId: id, right, note: '', at: NOON, alert: alert({ id, ...over }) };
}

describe('rules are scored by what people said', () => {
  test('by the scores of then and, asked once per wording, by those of now', async () => {
    const asked: string[] = [];
    const score = (questions: readonly { text: string; ask: string }[]): Promise<number[]> => {
      asked.push(...questions.map(({ text, ask }) => `${text} | ${ask}`));
      return Promise.resolve(questions.map(({ text }) => (text.includes('phone') ? 0.9 : 0.4)));
    };
    const all = [judged('a1', true), judged('a2', false, { text: 'a person scratches their head', score: 0.55 }), judged('a3', true, { ruleId: 'gone', ruleText: 'someone waves' })];
    const [first, second] = await judgeRules(all, { rules: [phone], score });
    expect(first).toMatchObject({ rule: 'phone', present: true, right: 1, wrong: 1, threshold: 0.5, enough: false, suggestion: null });
    expect(first?.stored).toMatchObject({ right: 1, wrong: 1, precision: 0.5 });
    expect(first?.rescored).toMatchObject({ right: 1, wrong: 0, precision: 1 });
    expect(first?.labels.map((label) => [label.alertId, label.score, label.rescored])).toEqual([['a1', 0.97, 0.9], ['a2', 0.55, 0.4]]);
    expect(second).toMatchObject({ rule: 'gone', present: false, ruleText: 'someone waves', rescored: null });
    expect(asked).toEqual(['a person in red picks up the phone | alert when someone picks up phone', 'a person scratches their head | alert when someone picks up phone']);
  });

  test('an alert of several parts scores as its weakest; one without an event cannot be scored anew', async () => {
    const bag = ruleSchema.parse(parse('{ id: bag, alert: someone leaves a bag, then: they walk out, within: 30s }'));
    const left = { eventId: 'e1', text: 'a bag is left behind', start: NOON, end: NOON, score: 0.8, clause: 'someone leaves a bag' };
    const evidence = [
      left,
      { eventId: 'e2', text: 'a person walks out', start: NOON, end: NOON, score: 0.7, clause: 'they walk out' },
    ];
    const all = [judged('a1', true, { ruleId: 'bag', evidence }), judged('a2', false, { ruleId: 'bag', evidence: [], eventId: null }), judged('a3', true, { ruleId: 'bag', evidence: [{ ...left, clause: 'a clause that the rule had once' }] })];
    const [verdict] = await judgeRules(all, { rules: [bag], score: (questions) => Promise.resolve(questions.map(({ ask }) => (ask === 'they walk out' ? 0.6 : 0.9))) });
    expect(verdict?.labels.map((label) => label.rescored)).toEqual([0.6, null, null]);
  });

  test('without a model, by the stored scores alone', async () => {
    const all = [...RIGHT.map((score, i) => judged(`r${i}`, true, { score })), ...WRONG.map((score, i) => judged(`w${i}`, false, { score }))];
    const [verdict] = await judgeRules(all, { rules: [phone] });
    expect(verdict).toMatchObject({ right: 8, wrong: 6, rescored: null, enough: true, suggestion: { threshold: 0.78 } });
  });
});

import { expect, test } from 'vitest';
import { allEvents, heldOutRules, rulesFor, satisfies } from '../../src/demo/phrases.ts';
import type { DemoRule } from '../../src/demo/phrases.ts';
import { scorePhrases } from '../../src/eval/phraseScore.ts';
import { oracle } from './oracle.ts';

const EVENTS = allEvents();
const RULES = new Map<string, DemoRule>(
  EVENTS.flatMap((e) => [e.wear, null].flatMap((w) => [...heldOutRules(e.kind, w), ...rulesFor(e.kind, w, 'heldOut', 'zh')])).map((r) => [r.text, r]),
);

function truth(event: string, rule: string): number {
  const e = EVENTS.find((x) => x.text === event);
  const r = RULES.get(rule);
  return e && r && satisfies(e, r) ? 1 : 0;
}

test.each(['en', 'zh'] as const)('who knows the answers scores 1, in %s', async (language) => {
  const asked: [string, string][] = [];
  const knows = oracle([], {
    score: (event, rule) => {
      asked.push([event, rule]);
      return truth(event, rule);
    },
  });
  expect(await scorePhrases([knows, knows], language, 200, 5)).toEqual({ pairs: 200, recall: 1, precision: 1, f1: 1 });
  // a no is asked once, a yes in other words as well
  const wrong = asked.filter(([e, r]) => truth(e, r) === 0).length;
  expect(wrong).toBeLessThanOrEqual(100);
  expect(wrong).toBeGreaterThan(75);
  expect(asked.every(([, r]) => RULES.has(r))).toBe(true);
});

test('who always says yes is right about half the time', async () => {
  const figures = await scorePhrases([oracle([], { score: () => 1 })], 'en', 200, 5);
  expect(figures.recall).toBe(1);
  expect(figures.precision).toBeCloseTo(0.52, 1);
});

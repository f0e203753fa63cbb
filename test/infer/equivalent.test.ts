import { expect, test } from 'vitest';
import { equivalent, normalised } from '../../src/infer/equivalent.ts';

test('normalised keeps letters and digits of any script', () => {
  expect(normalised('  A person, in RED: picks—up phone №2! ')).toBe('a person in red picks up phone no2');
  expect(normalised('有人拿起电话。')).toBe('有人拿起电话');
});

test('equal texts cost no question; others have to satisfy each other', async () => {
  const asked: string[] = [];
  const yes = new Set(['red falls > falls', 'falls > drops', 'drops > falls']);
  const backend = {
    score: (event: string, rule: string) => {
      asked.push(`${event} > ${rule}`);
      return Promise.resolve(yes.has(`${event} > ${rule}`) ? 0.9 : 0.1);
    },
  };
  expect(await equivalent(backend, 'Falls.', 'falls')).toBe(true);
  expect(asked).toEqual([]);
  expect(await equivalent(backend, 'red falls', 'falls')).toBe(false);
  expect(await equivalent(backend, 'falls', 'drops')).toBe(true);
});

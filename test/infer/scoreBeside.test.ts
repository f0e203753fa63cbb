import { expect, test } from 'vitest';
import { scoreBeside } from '../../src/infer/scoreBeside.ts';

/** A model that takes so long for each text, ms, on a clock of its own; it hears how many came at once. */
function model(each: number): { scoreMany(prompts: readonly string[]): Promise<number[]>; now(): number; readonly batches: number[] } {
  let clock = 0;
  const batches: number[] = [];
  return {
    batches,
    now: () => clock,
    scoreMany(prompts) {
      batches.push(prompts.length);
      clock += each * prompts.length;
      return Promise.resolve(prompts.map((prompt) => (prompt.includes('phone') ? 0.9 : 0.1)));
    },
  };
}

const questions = (count: number, word = 'cat'): { text: string; ask: string }[] => Array.from({ length: count }, (_, i) => ({ text: `a ${word} ${i}`, ask: 'a phone? no' }));

test('a quick model is asked for more at once, a slow one for one at a time', async () => {
  const [quick, slow] = [model(1), model(400)];
  await scoreBeside((p) => quick.scoreMany(p), { wordings: () => [], now: quick.now })(questions(100));
  expect(quick.batches).toEqual([4, 28, 32, 32, 4]);
  const few = questions(12);
  const abort = new AbortController();
  const asked = scoreBeside(
    (p) => {
      if (slow.batches.length === 2) abort.abort(new Error('gone'));
      return slow.scoreMany(p);
    },
    { wordings: () => [], now: slow.now },
  )(few, { signal: abort.signal });
  await expect(asked).rejects.toThrow('gone');
  expect(slow.batches).toEqual([4, 1, 1]);
});

test('a quick model that is busy with windows is asked for many at once all the same: waiting is not work', async () => {
  const one = model(1);
  const waits = [300, 900, 0, 600, 100, 900, 700, 0, 300, 800];
  let clock = 0;
  const busy = (prompts: readonly string[]): Promise<number[]> => {
    clock += waits[one.batches.length % waits.length] ?? 0;
    return one.scoreMany(prompts);
  };
  await scoreBeside((p) => busy(p), { wordings: () => [], now: () => clock + one.now() })(questions(200));
  expect(one.batches.length).toBeLessThan(14);
  expect(Math.max(...one.batches)).toBe(32);
});

test('what was scored once is not asked again; a yes has to hold in other words', async () => {
  const one = model(1);
  const score = scoreBeside((p) => one.scoreMany(p), { wordings: (ask) => [ask, `please: ${ask}`], now: one.now });
  const asked = [{ text: 'x', ask: 'phone' }, { text: 'y', ask: 'cat' }, { text: 'x', ask: 'phone' }];
  expect(await score(asked)).toEqual([0.9, 0.1, 0.9]);
  const before = one.batches.reduce((sum, n) => sum + n, 0);
  expect(before).toBe(3);
  expect(await score(asked)).toEqual([0.9, 0.1, 0.9]);
  expect(one.batches.reduce((sum, n) => sum + n, 0)).toBe(before);
});

test('progress is told, and a model that fails fails all that was asked', async () => {
  const one = model(1);
  const told: [number, number][] = [];
  await scoreBeside((p) => one.scoreMany(p), { wordings: () => [], now: one.now })(questions(70), { onProgress: (done, total) => told.push([done, total]) });
  expect([told[0], told.at(-1)]).toEqual([[0, 70], [70, 70]]);
  await expect(scoreBeside(() => Promise.reject(new Error('broken')), { wordings: () => [] })(questions(3))).rejects.toThrow('broken');
});

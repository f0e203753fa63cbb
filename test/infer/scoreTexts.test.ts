import { expect, test } from 'vitest';
import { gatherTexts, scoreTexts } from '../../src/infer/scoreTexts.ts';
import type { ScoreMany } from '../../src/infer/scoreBatches.ts';
import { secondOpinion } from '../../src/infer/secondOpinion.ts';

/** Scores a prompt by a number that its text has, and notes the batches. */
function model(): { scoreMany: ScoreMany; batches: number[] } {
  const batches: number[] = [];
  return {
    batches,
    scoreMany(prompts) {
      batches.push(prompts.length);
      return Promise.resolve(prompts.map((prompt) => Number(/0\.\d+/.exec(prompt)?.[0] ?? 0)));
    },
  };
}

const texts = (count: number): { text: string; ask: string }[] => Array.from({ length: count }, (_, i) => ({ text: `${'x'.repeat(i % 7)} 0.${100 + (i % 40)}`, ask: 'someone waves' }));

test('equal questions are asked once, in batches, and every one has its score in its place', async () => {
  const { scoreMany, batches } = model();
  const told: [number, number][] = [];
  const scores = await scoreTexts(scoreMany, texts(2000), { onProgress: (done, total) => told.push([done, total]) });
  expect(scores).toEqual(texts(2000).map((one) => Number(one.text.trim().split(' ').at(-1))));
  expect(batches.reduce((a, b) => a + b, 0)).toBe(280);
  expect(Math.max(...batches)).toBe(32);
  expect(told[0]).toEqual([0, 280]);
  expect(told.at(-1)).toEqual([280, 280]);
  expect(await scoreTexts(scoreMany, [])).toEqual([]);
});

test('questions that come one by one go together, also those that an answer raises', async () => {
  const { scoreMany, batches } = model();
  const ask = secondOpinion(gatherTexts(scoreMany), (rule) => [`${rule} please`]);
  const scores = await Promise.all(['a 0.9', 'b 0.8', 'c 0.2', 'd 0.1'].map((text) => ask(text, 'someone waves')));
  expect(scores).toEqual([0.9, 0.8, 0.2, 0.1]);
  expect(batches).toEqual([4, 2]);
});

test('a model that fails, and a signal, reject every question', async () => {
  const failing = gatherTexts(() => Promise.reject(new Error('no model')));
  expect(await Promise.allSettled([failing('a', 'b'), failing('c', 'd')])).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
  const stop = new AbortController();
  const { scoreMany, batches } = model();
  const ended = scoreTexts(scoreMany, texts(2000), { signal: stop.signal, onProgress: (done) => done > 100 && stop.abort(new Error('enough')) });
  await expect(ended).rejects.toThrow('enough');
  expect(batches.length).toBeLessThan(6);
});

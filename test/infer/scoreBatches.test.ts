import { describe, expect, it } from 'vitest';
import { matchPrompt } from '../../src/infer/prompts.ts';
import { batchScores } from '../../src/infer/scoreBatches.ts';

describe('scores', () => {
  it('that are asked for together go to the model together, an event at a time', async () => {
    const calls: (readonly string[])[] = [];
    const score = batchScores((prompts) => {
      calls.push(prompts);
      return Promise.resolve(prompts.map((p) => p.length));
    });
    const asked = [['falls', 'a'], ['sits', 'b'], ['falls', 'cc'], ['falls', 'a']] as const;
    const scores = await Promise.all(asked.map(([event, rule]) => score(event, rule)));
    expect(calls).toEqual([[matchPrompt('falls', 'a'), matchPrompt('falls', 'cc'), matchPrompt('falls', 'a')], [matchPrompt('sits', 'b')]]);
    expect(scores).toEqual(asked.map(([event, rule]) => matchPrompt(event, rule).length));
    expect(await score('sits', 'b')).toBe(matchPrompt('sits', 'b').length);
    expect(calls).toHaveLength(3);
  });

  it('of very many rules go in several calls, so that windows come in between', async () => {
    const sizes: number[] = [];
    const score = batchScores((prompts) => {
      sizes.push(prompts.length);
      return Promise.resolve(prompts.map(() => 0.5));
    });
    await Promise.all(Array.from({ length: 70 }, (_, i) => score('falls', `rule ${i}`)));
    expect(sizes).toEqual([32, 32, 6]);
  });

  it('that fail, fail for those who asked, and not for the next', async () => {
    let works = false;
    const score = batchScores((prompts) => (works ? Promise.resolve(prompts.map(() => 1)) : Promise.reject(new Error('gone'))));
    await expect(Promise.all([score('a', 'x'), score('a', 'y')])).rejects.toThrow('gone');
    works = true;
    expect(await score('a', 'x')).toBe(1);
  });
});

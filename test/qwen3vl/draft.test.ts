import { describe, expect, it } from 'vitest';
import { Draft } from '../../src/qwen3vl/decode/draft.ts';

/** Plays an answer through a draft as decoding does; returns the runs of the decoder that it took. */
function runs(answer: readonly number[], before: readonly (readonly number[])[]): number {
  const draft = new Draft(before);
  let guesses: number[] = [];
  let count = 0;
  for (const [i, token] of answer.entries()) {
    const guess = guesses.shift();
    draft.saw(token, guess);
    if (guess === token || i === answer.length - 1) continue;
    guesses = draft.guess(answer.slice(0, i + 1), answer.length - i - 1);
    count++;
  }
  return count;
}

const text = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

describe('guesses', () => {
  it('of the same answer again hold: a few runs for any length', () => {
    const answer = text(0, 100);
    expect(runs(answer, [])).toBe(99);
    expect(runs(answer, [answer])).toBeLessThanOrEqual(4);
  });

  it('go on behind a token that has changed, and behind one that has come or gone', () => {
    const before = text(0, 60);
    expect(runs(before.with(30, 999), [before])).toBeLessThanOrEqual(6);
    expect(runs([...before.slice(0, 30), 999, ...before.slice(30)], [before])).toBeLessThanOrEqual(8);
    expect(runs([...before.slice(0, 30), ...before.slice(31)], [before])).toBeLessThanOrEqual(8);
  });

  it('find their place in another answer, by two tokens', () => {
    const other = text(500, 40);
    expect(runs([1, ...other], [text(0, 20), other])).toBeLessThanOrEqual(8);
  });

  it('are never more than there is room for, and none where nothing is known', () => {
    const draft = new Draft([text(0, 50)]);
    expect(draft.guess([], 3)).toEqual([0, 1, 2]);
    expect(draft.guess([], 0)).toEqual([]);
    expect(new Draft([]).guess([1, 2, 3], 9)).toEqual([]);
  });
});

import { expect, test } from 'vitest';
import { secondOpinion } from '../../src/infer/secondOpinion.ts';
import { wordingsOf } from '../../src/rules/wordings.ts';

/** A model that believes sentences of a certain form; what it was asked. */
function model(scores: Record<string, number>): { asked: string[]; score(event: string, rule: string): Promise<number> } {
  const asked: string[] = [];
  const score = (_event: string, rule: string): Promise<number> => {
    asked.push(rule);
    return rule in scores ? Promise.resolve(scores[rule] ?? 0) : Promise.reject(new Error(`not expected: ${rule}`));
  };
  return { asked, score };
}

test('a no is asked once', async () => {
  const { asked, score } = model({ 'alert when someone falls': 0.3 });
  expect(await secondOpinion(score, wordingsOf)('the light goes on', 'alert when someone falls')).toBe(0.3);
  expect(asked).toEqual(['alert when someone falls']);
});

test('a yes has to hold in all wordings', async () => {
  const { asked, score } = model({ 'alert when someone falls': 0.9, 'someone falls': 0.8, 'let me know when someone falls': 0.2 });
  expect(await secondOpinion(score, wordingsOf)('the light goes on', 'alert when someone falls')).toBe(0.2);
  expect(asked).toHaveLength(3);
});

test('the sentence itself is not asked twice', async () => {
  const { asked, score } = model({ '有人摔倒': 0.9, '提醒我：有人摔倒': 0.95 });
  expect(await secondOpinion(score, wordingsOf)('a person in red falls down', '有人摔倒')).toBe(0.9);
  expect(asked).toEqual(['有人摔倒', '提醒我：有人摔倒']);
});

test('a question that fails fails the whole: it can be asked again', async () => {
  const { score } = model({ 'someone falls': 0.9 });
  await expect(secondOpinion(score, wordingsOf)('a', 'someone falls')).rejects.toThrow('not expected');
});

test('what is left of a sentence is worded sensibly, in English and Chinese', () => {
  expect(wordingsOf('Please alert me when somebody picks up the phone.')).toEqual(['somebody picks up the phone', 'let me know when somebody picks up the phone']);
  expect(wordingsOf('当有人拿起手机时提醒我')).toEqual(['有人拿起手机', '提醒我：有人拿起手机']);
});

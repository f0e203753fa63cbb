import { describe, expect, it } from 'vitest';
import { clauseOf } from '../../src/rules/rule.ts';
import { cacheScores } from '../../src/rules/scoreCache.ts';

describe('clauseOf', () => {
  it.each([
    ['alert when someone picks up the phone', 'someone picks up the phone'],
    ['Alert me if a person falls.', 'a person falls'],
    ['tell me when the light goes off', 'the light goes off'],
    ['Notify me if somebody leaves a bag!', 'somebody leaves a bag'],
    ['let me know when a person in red enters the room', 'a person in red enters the room'],
    ['Please send me an alert whenever someone sits down', 'someone sits down'],
    ['warn us as soon as it gets dark', 'it gets dark'],
    ['when someone falls, notify me', 'someone falls'],
    ['someone falls when the light goes off', 'someone falls when the light goes off'],
    ['letters are left on the table', 'letters are left on the table'],
    ['当有人拿起手机时提醒我', '有人拿起手机'],
    ['当有人摔倒的时候通知我', '有人摔倒'],
    ['如果有人摔倒，请通知我', '有人摔倒'],
    ['提醒我：穿红色衣服的人离开房间', '穿红色衣服的人离开房间'],
    ['有人坐下', '有人坐下'],
    ['alert when', 'alert when'],
  ])('%s → %s', (sentence, clause) => {
    expect(clauseOf(sentence)).toBe(clause);
  });
});

describe('cacheScores', () => {
  it('asks once for a pair of texts, also while the first answer is under way', async () => {
    let asked = 0;
    const score = cacheScores(() => Promise.resolve(++asked));
    expect(await Promise.all([score('a', 'b'), score('a', 'b')])).toEqual([1, 1]);
    expect(await score('a', 'b')).toBe(1);
    expect(await score('b', 'a')).toBe(2);
  });

  it('forgets a failure', async () => {
    let asked = 0;
    const score = cacheScores(() => (++asked === 1 ? Promise.reject(new Error('down')) : Promise.resolve(0.5)));
    await expect(score('a', 'b')).rejects.toThrow('down');
    expect(await score('a', 'b')).toBe(0.5);
  });

  it('is bounded: the longest unused go first', async () => {
    const asked: string[] = [];
    const score = cacheScores((e) => (asked.push(e), Promise.resolve(0)), 2);
    for (const e of ['a', 'b', 'a', 'c', 'a', 'b']) await score(e, 'r');
    expect(asked).toEqual(['a', 'b', 'c', 'b']);
  });
});

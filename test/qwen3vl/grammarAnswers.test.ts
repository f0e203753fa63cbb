import { describe, expect, test } from 'vitest';
import { EVENTS_SCHEMA } from '../../src/infer/answer.ts';
import { withModel } from './fixtures.ts';
import { ANSWER, MIXED, YES_NO, byteTokenizer, demoTokenizer, random, randomAnswer, validator } from './grammarCases.ts';
import { checkAnswers } from './modelAnswers.ts';

const SCHEMAS = { EVENTS_SCHEMA, ANSWER, YES_NO, MIXED };

describe.each([
  ["the demo's tokenizer", demoTokenizer],
  ['tokens that split characters', byteTokenizer],
])('1,000 answers from random logits over %s', (_name, tokenizerOf) => {
  const vocabulary = tokenizerOf();

  test.each(Object.entries(SCHEMAS))('are valid: %s', (_schema, schema) => {
    const check = validator(schema);
    for (let seed = 1; seed <= 250; seed++) check(randomAnswer(schema, vocabulary, random(seed)).text);
  });

  test('are valid however few tokens they may have', () => {
    for (const [name, schema] of Object.entries(SCHEMAS)) {
      const check = validator(schema);
      for (let seed = 1; seed <= 60; seed++) {
        // the shortest answers take as many tokens as characters at most
        const least = { EVENTS_SCHEMA: 2, ANSWER: 28, YES_NO: 4, MIXED: 2 }[name] ?? 0;
        const answer = randomAnswer(schema, vocabulary, random(seed), least + (seed % 40));
        expect(answer.tokens).toBeLessThanOrEqual(least + (seed % 40));
        check(answer.text);
      }
    }
  });
});

test('100 answers of a model with random weights are valid', () =>
  withModel('tied-odd', async (model) => {
    expect(await checkAnswers(model, 100)).toMatchObject({ valid: 100 });
  }, { threads: 1 }), 300_000);

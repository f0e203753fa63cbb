import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVENTS_SCHEMA } from '../../src/infer/answer.ts';
import { eventsPrompt } from '../../src/infer/prompts.ts';
import { qwenBackend } from '../../src/infer/qwen.ts';
import { compileGrammar } from '../../src/qwen3vl/grammar/grammar.ts';
import { openQwen3VL } from '../../src/qwen3vl/open.ts';
import type { Qwen3VL } from '../../src/qwen3vl/model.ts';
import { windowAt } from './windows.ts';

/** Random weights: it talks nonsense, but only as the grammar lets it. */
const DIR = fileURLToPath(new URL('../fixtures/qwen3vl/tied-odd', import.meta.url));
let model: Qwen3VL;

beforeAll(async () => {
  model = await openQwen3VL(DIR, { device: 'cpu', threads: 1 });
}, 60_000);
afterAll(() => model.close());

test('an answer that is cut short at any length is the beginning of one that fits the schema', async () => {
  const { frames } = windowAt('hall', [0, 500, 1000, 1500]);
  const grammar = compileGrammar(EVENTS_SCHEMA);
  for (const maxTokens of [1, 7, 60]) {
    const result = await model.generate({ video: { frames, times: [0, 0.5, 1, 1.5] }, prompt: eventsPrompt([]), maxTokens, schema: EVENTS_SCHEMA });
    const state = grammar.advance(grammar.start(), result.text.replace(/\ufffd+$/, ''));
    expect(state, result.text).not.toBeNull();
    if (state && result.finish === 'stop') expect(grammar.done(state)).toBe(true);
    expect(result.probabilities).toHaveLength(result.tokens.length);
    // with room for the shortest end the answer is whole, if not all that the model would have said
    if (maxTokens === 60) expect(JSON.parse(result.text)).toBeInstanceOf(Array);
  }
});

test('a real model behind the back end: an answer, a score and a sentence', async () => {
  const backend = qwenBackend(model);
  const window = windowAt('hall', [10_000, 10_500, 11_000, 11_500]);
  const answer = await backend.events(window, ['someone falls']);
  expect(answer).toMatchObject({ camera: 'hall', from: 10_000, to: 11_500, visualTokens: 2 });
  for (const s of answer.sightings) {
    expect(s.start).toBeGreaterThanOrEqual(10_000);
    expect(s.end).toBeLessThanOrEqual(11_500);
    expect(s.confidence).toBeGreaterThanOrEqual(0);
    expect(s.confidence).toBeLessThanOrEqual(1);
  }
  const score = await backend.score('a person falls', 'someone falls');
  expect(score).toBeGreaterThan(0);
  expect(score).toBeLessThan(1);
  // the second time its beginning is in the cache, and sums run in another order
  expect(await backend.score('a person falls', 'someone falls')).toBeCloseTo(score, 5);
  expect(typeof (await backend.ask(window, 'What happens?', 0, 1))).toBe('string');
});

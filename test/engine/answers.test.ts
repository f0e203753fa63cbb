import { describe, expect, it } from 'vitest';
import { resultOf, spoken, UNKNOWN } from '../../src/engine/answer.ts';
import type { Said } from '../../src/engine/dialect.ts';
import { ollama } from '../../src/engine/ollama.ts';
import { openai } from '../../src/engine/openai.ts';
import { oddsOf } from '../../src/engine/score.ts';
import { EVENTS_SCHEMA } from '../../src/infer/answer.ts';
import { confidenceOf, qwenBackend } from '../../src/infer/qwen.ts';
import { plainSchema } from '../../src/engine/schemaWords.ts';
import { opened, pictures, server } from './strict/opened.ts';
import type { Manner } from './strict/server.ts';

const START = 1_700_000_000_000;
const window = {
  id: 'w', camera: 'hall', reason: 'hop' as const, cutAt: Date.now(),
  frames: pictures(4).map((picture, i) => ({ ...picture, camera: 'hall', pts: i, at: START + 500 * i, uncertainty: 5, timeSource: 'arrival' as const })),
};
const answerOf = (content: unknown, more: object = {}): object => ({ choices: [{ message: { role: 'assistant', content }, finish_reason: 'stop', ...more }], usage: { prompt_tokens: 9, completion_tokens: 3 } });

/** What the daemon makes of an engine that says this of a window. */
async function looked(manner: Partial<Manner>) {
  const one = await server({ kind: 'vllm', ...manner });
  const { model } = opened([{ url: one.url }], { retry_budget: 0 });
  await model.ready;
  return qwenBackend(model).events(window, []);
}

describe('answers that are none', () => {
  it.each([
    ['no choices', { choices: [] }],
    ['choices that are text', { choices: 'yes' }],
    ['an error with status 200', { error: { message: 'out of memory' } }],
    ['a list', []],
    ['content that is a number', answerOf(5)],
    ['log-probabilities that are text', answerOf('[]', { logprobs: { content: [{ token: 'a', logprob: 'likely' }] } })],
  ])('%s', async (_, says) => {
    await expect(looked({ says })).rejects.toMatchObject({ code: 'ENGINE_ANSWER' });
  });

  it('are none of Ollama’s either', () => {
    for (const json of [{}, { message: { content: 'x' }, done: false }, { message: 'x', done: true }, null]) expect(() => ollama.read(json)).toThrow('ENGINE_ANSWER');
  });
});

describe('what an engine without a schema may write', () => {
  it.each([
    ['prose', 'Sure! Nothing happens.', []],
    ['a fence', '```json\n[{"event": "a person waves", "start": 0.5, "end": 1.5}]\n```', ['a person waves']],
    ['thoughts before it', '<think>maybe {"event": "x", "start": 0, "end": 1}</think>\n[{"event": "a person waves", "start": 0.5, "end": 1.5}]', ['a person waves']],
    ['thoughts without end', '<think>maybe {"event": "x", "start": 0, "end": 1}', []],
    ['an answer cut short', '[{"event": "a person waves", "start": 0.5, "end": 1.5}, {"event": "a per', ['a person waves']],
    ['other keys', '[{"what": "a person waves", "from": 1}]', []],
    ['times that are words', '[{"event": "a person waves", "start": "early", "end": "late"}]', []],
    ['times before the beginning', '[{"event": "a person waves", "start": -5, "end": 1}]', []],
    ['more events than a window holds', `[${Array.from({ length: 50 }, (_, i) => `{"event": "event ${i}", "start": 1, "end": 1}`).join(',')}]`, Array.from({ length: 16 }, (_, i) => `event ${i}`)],
    ['a text without end', `[{"event": "${'x'.repeat(400)}", "start": 1, "end": 1}]`, []],
    ['controls in a text', '[{"event": "a\\u0000 person\\n waves", "start": 1, "end": 1}]', ['a person waves']],
  ])('%s', async (_, text, events) => {
    expect((await looked({ text })).sightings.map((s) => s.text)).toEqual(events);
  });

  it('more text than the tokens that it was given is cut', () => {
    const said: Said = { text: 'x'.repeat(10_000), finish: 'stop', tokens: undefined, promptTokens: 1, answerTokens: 4, reusedTokens: 0, model: undefined };
    const { text, finish } = resultOf(said, { visualTokens: 0 }, 10, 1);
    expect([text.length, finish]).toEqual([640, 'length']);
  });
});

it('more tokens than an engine can have said are no room that is made for them', async () => {
  await expect(looked({ says: { ...answerOf('[]'), usage: { prompt_tokens: 9, completion_tokens: 4_294_967_296, prompt_tokens_details: { cached_tokens: 500 } } } })).resolves.toMatchObject({ sightings: [] });
  const said: Said = { text: '[]', finish: 'stop', tokens: undefined, promptTokens: 9, answerTokens: Number.MAX_SAFE_INTEGER, reusedTokens: 500, model: undefined };
  const { tokens, reusedTokens } = resultOf(said, { visualTokens: 0 }, 10, 1);
  expect([tokens.length, reusedTokens]).toEqual([18, 9]);
});

describe('times are mapped back by the stamps that were shown', () => {
  it('of stills: the later frame of each pair', async () => {
    const { sightings } = await looked({ kind: 'sglang', text: '[{"event": "a", "start": 0.5, "end": 1.5}, {"event": "b", "start": 1.0, "end": 1.4}]' });
    // stamps are 0.5 and 1.5
    expect(sightings[0]).toMatchObject({ start: START + 500, end: START + 1500, openStart: true, openEnd: true, uncertainty: 505 });
    expect(sightings[1]).toMatchObject({ start: START + 1000, openStart: false, openEnd: false });
  });

  it('of a video: the mean of each pair', async () => {
    const { sightings } = await looked({ text: '[{"event": "a", "start": 0.2, "end": 1.2}, {"event": "b", "start": 0.5, "end": 1.1}]' });
    // stamps are 0.25 and 1.25
    expect(sightings[0]).toMatchObject({ start: START + 250, end: START + 1250, openStart: true, openEnd: true });
    expect(sightings[1]).toMatchObject({ openStart: false, openEnd: false });
  });
});

describe('probabilities', () => {
  const token = (text: string, probability: number) => ({ text, probability, top: [] });
  const said = (text: string, tokens: Said['tokens']): Said => ({ text, finish: 'stop', tokens, promptTokens: 1, answerTokens: 1, reusedTokens: 0, model: undefined });

  it('belong to the words that were said, also behind thoughts and blanks', () => {
    const { text, tokens } = spoken(said('<think>hm</think>\n[{"event": "x"}]', [token('<think>', 0.1), token('hm', 0.1), token('</think>', 0.1), token('\n[', 0.7), token('{"event": "', 0.9), token('x', 0.6), token('"}]', 0.9)]));
    expect(text).toBe('[{"event": "x"}]');
    expect(tokens?.map((one) => one.text)).toEqual(['[', '{"event": "', 'x', '"}]']);
    expect(confidenceOf({ text, pieces: tokens?.map((one) => one.text) ?? [], probabilities: tokens?.map((one) => one.probability) ?? [] }, 12, 13)).toBe(0.6);
  });

  it('where blanks were cut off the text but not off the tokens', () => {
    const { tokens } = spoken(said('[]', [token('\n', 1e-6), token('\n', 1e-6), token('[]', 0.9)]));
    expect(tokens?.map((one) => one.probability)).toEqual([0.9]);
  });

  it('that nobody told are unknown', async () => {
    const { sightings } = await looked({ says: answerOf('[{"event": "a", "start": 0, "end": 1}]', { logprobs: null }) });
    expect(sightings[0]?.confidence).toBe(UNKNOWN);
  });

  it('of yes against no', () => {
    const likely = (text: string, probability: number) => ({ text, probability });
    const one = (top: readonly { text: string; probability: number }[], text = 'yes') => oddsOf(said(text, [{ text, probability: 0.5, top }]), 'yes', 'no');
    expect(one([likely('yes', 0.3), likely('Yes', 0.2), likely(' yes', 0.1), likely('no', 0.2), likely('yesterday', 0.2)])).toBeCloseTo(0.75);
    expect(one([likely('y', 0.3), likely('n', 0.1)])).toBeCloseTo(0.75);
    expect(one([likely('maybe', 0.3)], 'maybe')).toBe(0);
    expect([oddsOf(said('Yes.', undefined), 'yes', 'no'), oddsOf(said('no', undefined), 'yes', 'no'), oddsOf(said('', undefined), 'yes', 'no'), oddsOf(said('<think>yes</think> No', undefined), 'yes', 'no')]).toEqual([1, 0, 0, 0]);
  });
});

describe('refusals', () => {
  it('of a prompt that is too long are told as that', async () => {
    const one = await server({ kind: 'vllm' });
    const { model } = opened([{ url: one.url }], { retry_budget: 0 });
    await model.ready;
    one.behave({ blind: true });
    await expect(model.generate({ video: { frames: pictures(2), times: [0, 1] }, prompt: 'x', maxTokens: 4 })).rejects.toMatchObject({ code: 'ENGINE_REFUSED' });
    expect(openai.read(answerOf('x'))).toMatchObject({ text: 'x', tokens: undefined, promptTokens: 9, answerTokens: 3 });
  });
});

it('schemas are told in JSON Schema’s own words', () => {
  expect(plainSchema(EVENTS_SCHEMA)).toEqual(EVENTS_SCHEMA);
  expect(plainSchema({
    type: 'object', optional: ['b'],
    properties: { a: { type: 'fixed', value: 1 }, b: { type: 'any', of: [{ type: 'null' }, { type: 'string', enum: ['x'] }] }, c: { type: 'map', values: { type: 'boolean' }, maxItems: 2 } },
  })).toEqual({
    type: 'object', required: ['a', 'c'], additionalProperties: false,
    properties: { a: { const: 1 }, b: { anyOf: [{ type: 'null' }, { type: 'string', enum: ['x'] }] }, c: { type: 'object', additionalProperties: { type: 'boolean' }, maxProperties: 2 } },
  });
});

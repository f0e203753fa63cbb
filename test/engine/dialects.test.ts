import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { EVENTS_SCHEMA } from '../../src/infer/answer.ts';
import { eventsPrompt, matchPrompt } from '../../src/infer/prompts.ts';
import { opened, pictures, server } from './strict/opened.ts';
import { picturesOf } from './strict/server.ts';
import type { Manner } from './strict/server.ts';

/** Irregular times, s: two pairs, and so two stamps. */
const TIMES = [0, 0.25, 1.7, 2.043];
const WINDOW = { video: { frames: pictures(4), times: TIMES }, prompt: eventsPrompt(['someone waves']), maxTokens: 384, schema: EVENTS_SCHEMA };
const SCHEMA = {
  type: 'array', maxItems: 16,
  items: {
    type: 'object', required: ['event', 'start', 'end'], additionalProperties: false,
    properties: { event: { type: 'string', minLength: 1, maxLength: 160 }, start: { type: 'number', minimum: 0 }, end: { type: 'number', minimum: 0 } },
  },
};
const FORMAT = { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: SCHEMA } };

/** What was asked about a window, without its pictures' bytes, and what came of it. */
async function ask(manner: Manner, engine: object = {}) {
  const one = await server(manner);
  const { model, lines } = opened([{ url: one.url }], engine);
  await model.ready;
  const tried = one.heard.length;
  const result = await model.generate(WINDOW);
  expect(one.refused).toEqual([]);
  const { body } = one.heard.at(-1) ?? { body: {} };
  expect(one.heard).toHaveLength(tried + 1);
  const shown = picturesOf(body).map((picture) => decode(Buffer.from(picture, 'base64')).data[0]);
  return { body: JSON.parse(JSON.stringify(body).replace(/(?<=base64,)[A-Za-z0-9+/=,]+/g, '…')) as Record<string, unknown>, shown, result, model, lines, one };
}

const told = (lines: readonly string[]): string => lines.map((line) => (JSON.parse(line) as { msg: string }).msg).find((msg) => msg.includes(' serves ')) ?? '';
const still = { type: 'image_url', image_url: { url: 'data:image/png;base64,…' } };
const stills = [{ type: 'text', text: '<0.2 seconds>' }, still, { type: 'text', text: '<2.0 seconds>' }, still, { type: 'text', text: WINDOW.prompt }];

describe('vLLM', () => {
  it('is shown one video with the frames’ own times', async () => {
    const { body, shown, result, model, lines } = await ask({ kind: 'vllm' });
    expect(body).toEqual({
      model: 'a/model',
      messages: [{ role: 'user', content: [{ type: 'video_url', video_url: { url: 'data:video/jpeg;base64,…' } }, { type: 'text', text: WINDOW.prompt }] }],
      max_tokens: 384, temperature: 0, stream: false, response_format: FORMAT, logprobs: true, top_logprobs: 1,
      media_io_kwargs: { video: { fps: 1000, frames_indices: [0, 250, 1700, 2043], total_num_frames: 2044, do_sample_frames: false, num_frames: -1 } },
    });
    expect(shown).toEqual([0, 20, 40, 60]);
    expect(result.stamps).toBeUndefined();
    expect(result).toMatchObject({ finish: 'stop', visualTokens: 2 * 64, reusedTokens: 12, text: expect.stringContaining('walks in') });
    expect(result.pieces.join('')).toBe(result.text);
    expect(result.probabilities.every((p) => Math.abs(p - 0.8) < 1e-9)).toBe(true);
    expect([model.name, model.context]).toEqual(['a/model', 32_000]);
    expect(told(lines)).toMatch(/^vLLM at 127\.0\.0\.1:\d+ serves a\/model: frames as a video with their own times, answers held to the JSON schema, scores by log-probabilities, 32000 tokens\.$/);
    expect(model.device).toBe(told(lines));
  });

  it('of a version that loses the times is shown stills between them', async () => {
    const { body, result } = await ask({ kind: 'vllm', old: true });
    expect(body['messages']).toEqual([{ role: 'user', content: stills }]);
    expect(body['media_io_kwargs']).toBeUndefined();
    expect(result.stamps).toEqual([0.25, 2.043]);
  });
});

describe.each([
  ['SGLang', 'sglang', 16_000],
  ["llama.cpp's server", 'llamacpp', 4096],
  ['an OpenAI-compatible server', 'other', 32_768],
] as const)('%s', (name, kind, context) => {
  it('is shown the later frame of each pair, after its own time', async () => {
    const { body, shown, result, model, lines } = await ask({ kind });
    expect(body).toEqual({ model: 'a/model', messages: [{ role: 'user', content: stills }], max_tokens: 384, temperature: 0, stream: false, response_format: FORMAT, logprobs: true, top_logprobs: 1 });
    expect(shown).toEqual([20, 60]);
    expect(result).toMatchObject({ stamps: [0.25, 2.043], visualTokens: 2 * 64 });
    expect(model.context).toBe(context);
    expect(told(lines)).toContain(`${name} at 127.0.0.1:`);
  });
});

describe('transformers serve', () => {
  it('is asked only for what it knows, by the name that it gives itself', async () => {
    const { body, result, lines, model } = await ask({ kind: 'transformers', model: '/models/demo' });
    expect(body).toEqual({ model: '/models/demo', messages: [{ role: 'user', content: stills }], max_tokens: 384, temperature: 0, stream: false });
    expect(result).toMatchObject({ probabilities: [0.5], reusedTokens: 0 });
    expect(told(lines)).toMatch(/stills between their times, no JSON schema \(answers are checked here\), no log-probabilities \(scores are yes or no, events 0\.5 sure\)\.$/);
    expect(await model.scoreMany([matchPrompt('a', 'b'), matchPrompt('a', 'c')], 'yes', 'no')).toEqual([1, 1]);
  });
});

describe('Ollama', () => {
  it('is spoken to in its own API, with each picture where the text says so', async () => {
    const { body, shown, result, model } = await ask({ kind: 'ollama' });
    expect(body).toEqual({
      model: 'a/model',
      messages: [{ role: 'user', content: `<0.2 seconds>[img]<2.0 seconds>[img]${WINDOW.prompt}`, images: [expect.any(String), expect.any(String)] }],
      stream: false, think: false, truncate: false, format: SCHEMA, logprobs: true, top_logprobs: 1,
      options: { temperature: 0, num_predict: 384, num_ctx: 32_768 },
    });
    expect(shown).toEqual([20, 60]);
    expect(result.stamps).toEqual([0.25, 2.043]);
    expect(model.context).toBe(32_768);
  });

  it('of a version that puts all pictures first is sent each in a message of its own', async () => {
    const { body, lines } = await ask({ kind: 'ollama', old: true });
    const [image] = picturesOf(body);
    expect(body['messages']).toEqual([
      { role: 'user', content: '<0.2 seconds>' }, { role: 'user', content: '', images: [image] },
      { role: 'user', content: '<2.0 seconds>' }, { role: 'user', content: '', images: [expect.any(String)] },
      { role: 'user', content: WINDOW.prompt },
    ]);
    expect(told(lines)).toContain('each in a message of its own');
  });
});

describe('settings', () => {
  it('every frame is shown where that is asked for', async () => {
    const { body, result } = await ask({ kind: 'sglang' }, { every_frame: true });
    expect(picturesOf(body)).toHaveLength(4);
    expect(result).toMatchObject({ stamps: TIMES, visualTokens: 4 * 64 });
  });

  it('stills are sent where they are asked for, and a video that cannot be had is an error', async () => {
    const { body } = await ask({ kind: 'vllm' }, { layout: 'stills' });
    expect(body['media_io_kwargs']).toBeUndefined();
    const one = await server({ kind: 'sglang' });
    const { model } = opened([{ url: one.url }], { layout: 'video' });
    await expect(model.ready).rejects.toMatchObject({ code: 'ENGINE_UNSUITABLE' });
  });

  it('the context is the least of the server’s and the configuration’s', async () => {
    const { model } = await ask({ kind: 'vllm' }, { context: 9000 });
    expect(model.context).toBe(9000);
  });
});

describe('scores', () => {
  it('are odds of all spellings of both words', async () => {
    const one = await server({ kind: 'vllm' });
    const { model } = opened([{ url: one.url }]);
    await model.ready;
    const [score = 0] = await model.scoreMany([matchPrompt('a person <|im_end|> waves', 'someone waves')], 'yes', 'no');
    expect(score).toBeCloseTo(0.6 / 0.8);
    expect(one.heard.at(-1)?.body).toEqual({
      model: 'a/model', messages: [{ role: 'user', content: matchPrompt('a person < |im_end|> waves', 'someone waves') }], max_tokens: 1, temperature: 0, stream: false, logprobs: true, top_logprobs: 20,
    });
  });
});

describe('conversations', () => {
  it('go with their turns, pictures and ways of drawing, and come in one piece', async () => {
    const one = await server({ kind: 'vllm' });
    const { model } = opened([{ url: one.url }]);
    await model.ready;
    const [picture] = pictures(1);
    if (!picture) throw new Error('no picture');
    const pieces: string[] = [];
    const result = await model.chat(
      {
        turns: [
          { role: 'system', parts: [{ kind: 'text', text: 'Be brief.' }] },
          { role: 'user', parts: [{ kind: 'image', picture }, { kind: 'text', text: 'Is it grey?' }] },
        ],
        maxTokens: 10, sampling: { temperature: 0.5, topP: 0.9, topK: 20, seed: 3 }, stop: ['.'], top: 2,
      },
      { told: ({ text }) => pieces.push(text) },
    );
    const body = JSON.parse(JSON.stringify(one.heard.at(-1)?.body).replace(/(?<=base64,)[A-Za-z0-9+/=]+/g, '…')) as unknown;
    expect(body).toEqual({
      model: 'a/model', messages: [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: [still, { type: 'text', text: 'Is it grey?' }] }],
      max_tokens: 10, temperature: 0.5, top_p: 0.9, top_k: 20, seed: 3, stop: ['.'], stream: false, logprobs: true, top_logprobs: 2,
    });
    expect(result).toMatchObject({ text: 'yes', finish: 'stop', visualTokens: 64, answerTokens: 7, reusedTokens: 12 });
    expect(result.tokens[0]?.top).toHaveLength(2);
    expect(pieces).toEqual(['yes']);
  });
});

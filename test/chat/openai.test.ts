import OpenAI, { APIError, AuthenticationError, BadRequestError, NotFoundError, RateLimitError } from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import type { ChatCompletionCreateParamsNonStreaming, ChatCompletionMessageParam } from 'openai/resources';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fixture } from '../qwen3vl/fixtures.ts';
import { chatServer } from './chatServer.ts';
import type { ChatServer } from './chatServer.ts';

const who: ChatCompletionMessageParam[] = [{ role: 'system', content: 'Say little.' }, { role: 'user', content: 'Who came in?' }];

let server: ChatServer;
let client: OpenAI;
const model = 'tied-odd';
const ask = (more: Partial<ChatCompletionCreateParamsNonStreaming> & Record<string, unknown> = {}): Promise<OpenAI.ChatCompletion> =>
  client.chat.completions.create({ model, messages: who, max_tokens: 12, ...more });
const refused = async (more: Record<string, unknown>): Promise<unknown> => ask(more).then(() => 'answered', (error: unknown) => error);

beforeAll(async () => {
  server = await chatServer(fixture('tied-odd'));
  ({ client } = server);
});
afterAll(() => server.stop());

describe('OpenAI’s own client', () => {
  test('lists the model', async () => {
    expect((await client.models.list()).data).toEqual([{ id: model, object: 'model', created: 1_700_000_000, owned_by: 'lookout', max_model_len: 4096 }]);
    expect((await client.models.retrieve(model)).id).toBe(model);
    await expect(client.models.retrieve('gpt-4o')).rejects.toBeInstanceOf(NotFoundError);
  });

  test('is answered, with what it cost', async () => {
    const answer = await ask();
    const [choice] = answer.choices;
    expect(answer).toMatchObject({ object: 'chat.completion', model, usage: { completion_tokens: 12 } });
    expect(choice).toMatchObject({ index: 0, finish_reason: 'length', message: { role: 'assistant' }, logprobs: null });
    expect(choice?.message.content?.length).toBeGreaterThan(0);
    const { usage } = await ask();
    expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + 12);
    expect(usage?.prompt_tokens_details?.cached_tokens).toBe((usage?.prompt_tokens ?? 0) - 1);
  });

  test('reads the same as it is written', async () => {
    const whole = await ask({ max_tokens: 40 });
    const stream = await client.chat.completions.create({ model, messages: who, max_tokens: 40, stream: true, stream_options: { include_usage: true } });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.map((c) => c.choices[0]?.delta.content ?? '').join('')).toBe(whole.choices[0]?.message.content);
    expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant');
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('length');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 40 } });
    expect(chunks.length).toBeGreaterThan(6);
    expect(new Set(chunks.map((c) => c.id)).size).toBe(1);
  });

  test('hears how likely each token was', async () => {
    const { choices } = await ask({ logprobs: true, top_logprobs: 2, max_tokens: 6 });
    const tokens = choices[0]?.logprobs?.content ?? [];
    expect(tokens).toHaveLength(6);
    for (const { logprob, top_logprobs: top, token, bytes } of tokens) {
      expect(logprob).toBeLessThanOrEqual(0);
      expect(top[0]).toEqual({ token, logprob: expect.closeTo(logprob, 6) as number, bytes });
    }
    const stream = client.chat.completions.stream({ model, messages: who, max_tokens: 6, logprobs: true });
    expect((await stream.finalChatCompletion()).choices[0]?.logprobs?.content).toHaveLength(6);
  });

  test('is drawn the same by a seed, and stopped by a text', async () => {
    const text = async (more: Record<string, unknown>): Promise<string | null | undefined> => (await ask(more)).choices[0]?.message.content;
    expect(await text({ temperature: 1.2, seed: 5 })).toBe(await text({ temperature: 1.2, seed: 5 }));
    expect(await text({ temperature: 1.2, seed: 5 })).not.toBe(await text({ temperature: 1.2, seed: 6 }));
    const plain = (await text({})) ?? '';
    const stopped = await ask({ stop: [plain.slice(3, 6)] });
    expect(stopped.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: plain.slice(0, plain.indexOf(plain.slice(3, 6))) } });
  });

  test('parses an answer by its zod schema', async () => {
    const Seen = z.object({
      what: z.enum(['person', 'animal', 'nothing']),
      name: z.string().max(6).nullable(),
      count: z.int().min(0).max(20),
      sure: z.number().min(0).max(1),
      where: z.array(z.object({ x: z.number().min(0).max(100), left: z.boolean() })).max(2),
      why: z.union([z.literal('motion'), z.literal('light')]),
    });
    for (const seed of [1, 2, 3]) {
      const parsed = await client.chat.completions.parse({ model, messages: who, temperature: 1, seed, max_tokens: 600, response_format: zodResponseFormat(Seen, 'seen') });
      expect(parsed.choices[0]?.finish_reason).toBe('stop');
      expect(Seen.parse(parsed.choices[0]?.message.parsed)).toEqual(parsed.choices[0]?.message.parsed);
    }
    const object = await ask({ response_format: { type: 'json_object' }, max_tokens: 600 });
    expect(JSON.parse(object.choices[0]?.message.content ?? '')).toBeTypeOf('object');
  });

  test('says nothing more once it has gone', async () => {
    const stream = await client.chat.completions.create({ model, messages: who, max_tokens: 3500, stream: true });
    let chunks = 0;
    for await (const _ of stream) if (++chunks === 4) break;
    const gone = new AbortController();
    const waiting = client.chat.completions.create({ model, messages: who, max_tokens: 3500 }, { signal: gone.signal });
    setTimeout(() => gone.abort(), 200);
    await expect(waiting).rejects.toThrow('aborted');
    expect((await ask({ max_tokens: 2 })).usage?.completion_tokens).toBe(2);
  });
});

test('an answer that breaks off is an error, and the next one is whole', async () => {
  const stream = await client.chat.completions.create({ model, messages: who, max_tokens: 3500, stream: true });
  const reading = (async () => {
    for await (const _ of stream) if (server.model.childPid) process.kill(server.model.childPid, 'SIGKILL');
  })();
  await expect(reading).rejects.toBeInstanceOf(APIError);
  expect((await ask({ max_tokens: 2 })).usage?.completion_tokens).toBe(2);
});

describe('what cannot be had', () => {
  test('is refused in the client’s own classes', async () => {
    const foreign = new OpenAI({ baseURL: client.baseURL, apiKey: 'lookout_none', maxRetries: 0 });
    await expect(foreign.models.list()).rejects.toBeInstanceOf(AuthenticationError);
    expect(await refused({ model: 'gpt-4o' })).toMatchObject({ status: 404, code: 'MODEL_UNKNOWN', param: 'model', type: 'invalid_request_error' });
    const long = await refused({ messages: [{ role: 'user', content: 'x '.repeat(5000) }] });
    expect(long).toBeInstanceOf(BadRequestError);
    expect(long).toMatchObject({ code: 'MODEL_CONTEXT_EXCEEDED' });
    await expect(client.chat.completions.create({ model, messages: [{ role: 'user', content: 'x '.repeat(5000) }], stream: true })).rejects.toBeInstanceOf(BadRequestError);
  });

  test.each([
    ['tools', { tools: [{ type: 'function', function: { name: 'f', parameters: {} } }] }],
    ['n', { n: 2 }],
    ['audio', { audio: { voice: 'x', format: 'wav' } }],
    ['logit_bias', { logit_bias: { 5: 10 } }],
    ['presence_penalty', { presence_penalty: 0.5 }],
    ['guided_json', { guided_json: { type: 'object' } }],
    ['mm_processor_kwargs.max_pixels', { mm_processor_kwargs: { max_pixels: 5 } }],
    ['response_format', { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'string', pattern: '^a' } } } }],
    ['messages.0.content.0', { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: '', format: 'wav' } }] }] }],
    ['messages.0', { messages: [{ role: 'tool', content: 'x', tool_call_id: '1' }] }],
    ['messages.0.content', { messages: [{ role: 'assistant', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] }] }],
  ])('%s by its name', async (param, more) => {
    expect(await refused(more)).toMatchObject({ status: 400, code: 'CHAT_UNSUPPORTED', param });
  });

  test.each([
    ['top_logprobs', { top_logprobs: 2 }, 'CHAT_INVALID'],
    ['messages.0.content', { messages: [{ role: 'user', content: null }] }, 'CHAT_INVALID'],
    ['messages', { messages: [] }, 'REQUEST_INVALID'],
    ['messages.0.role', { messages: [{ role: 'robot', content: 'x' }] }, 'REQUEST_INVALID'],
    ['temperature', { temperature: 9 }, 'REQUEST_INVALID'],
    ['max_tokens', { max_tokens: 0 }, 'REQUEST_INVALID'],
  ])('%s that is wrong', async (param, more, code) => {
    expect(await refused(more)).toMatchObject({ status: 400, code, param });
  });

  test('what changes nothing is ignored', async () => {
    const same = await ask({ user: 'me', metadata: { a: 'b' }, store: false, n: 1, presence_penalty: 0, tools: [], service_tier: 'auto', parallel_tool_calls: true, logit_bias: {}, modalities: ['text'], temperature: null, stop: null });
    expect(same.choices[0]?.message.content).toBe((await ask()).choices[0]?.message.content);
  });

  test('too many at once are turned away, and those before them answered', async () => {
    const small = await chatServer(fixture('odd-sizes'), { atOnce: 1, waiting: 1 });
    try {
      const create = (tokens: number): Promise<unknown> => small.client.chat.completions.create({ model: 'odd-sizes', messages: who, max_tokens: tokens }).then(() => 'answered', (error: unknown) => error);
      const long = create(800);
      await sleep(100);
      const others = [create(2), create(2), create(2)];
      const outcomes = await Promise.all(others);
      expect(outcomes.filter((outcome) => outcome === 'answered')).toHaveLength(1);
      const [busy] = outcomes.filter((outcome) => outcome !== 'answered');
      expect(busy).toBeInstanceOf(RateLimitError);
      expect(busy).toMatchObject({ code: 'MODEL_BUSY', type: 'rate_limit_error' });
      expect(await long).toBe('answered');
    } finally {
      await small.stop();
    }
  });
});

import { expect, it } from 'vitest';
import { opened, server } from './strict/opened.ts';

it('a server that does not serve the model is not used, and what it serves is told', async () => {
  const one = await server({ kind: 'vllm', model: 'b/model' });
  const { model } = opened([{ url: one.url }], { model: 'a/model' });
  await expect(model.ready).rejects.toMatchObject({ code: 'ENGINE_UNSUITABLE', detail: expect.stringContaining('does not serve a/model, but b/model') });
});

it('a model that knows no pictures is not used', async () => {
  const one = await server({ kind: 'llamacpp', blind: true });
  const { model } = opened([{ url: one.url }]);
  await expect(model.ready).rejects.toMatchObject({ code: 'ENGINE_UNSUITABLE', detail: expect.stringContaining('cannot be shown pictures') });
});

it('a refused key is told as that', async () => {
  const one = await server({ kind: 'vllm', key: 'right' });
  const { model, lines } = opened([{ url: one.url, api_key: 'wrong' }]);
  await expect(model.ready).rejects.toMatchObject({ code: 'ENGINE_REFUSED' });
  const known = opened([{ url: one.url, api_key: 'right' }]);
  await known.model.ready;
  expect([...lines, ...known.lines].join('')).not.toMatch(/right|wrong/);
});

it('nobody there is told as that', async () => {
  const { model } = opened([{ url: 'http://127.0.0.1:9/v1' }]);
  await expect(model.ready).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
});

it('servers of different kinds are each spoken to in their own way', async () => {
  const [first, second] = [await server({ kind: 'vllm' }), await server({ kind: 'ollama' })];
  const { model } = opened([{ url: first.url }, { url: second.url }]);
  await model.ready;
  await expect.poll(() => model.device).toMatch(/vLLM at .*; Ollama at |Ollama at .*; vLLM at /);
  const frames = [0, 1].map((i) => ({ width: 256, height: 256, data: new Uint8Array(256 * 256 * 3).fill(i) }));
  const results = await Promise.all(Array.from({ length: 8 }, (_, i) => model.generate({ video: { frames, times: [0, i + 0.5] }, prompt: `List the events ${i}.`, maxTokens: 20 })));
  expect(new Set(results.map(({ stamps }) => stamps?.length ?? 0))).toEqual(new Set([0, 1]));
  expect([first.refused, second.refused]).toEqual([[], []]);
});

it('the kind can be named, and then nothing is guessed', async () => {
  const one = await server({ kind: 'other' });
  const { model, lines } = opened([{ url: one.url }].map((endpoint) => ({ ...endpoint, kind: 'sglang' })));
  await model.ready;
  expect(lines.join('')).toContain('SGLang at');
});

it.each([['that is a book', 'b'.repeat(10_000)], ['with controls', 'a\nmodel']])('a model’s name %s is none', async (_, name) => {
  const { model, lines } = opened([{ url: (await server({ kind: 'vllm', model: name })).url }]);
  await expect(model.ready).rejects.toMatchObject({ code: 'ENGINE_UNSUITABLE' });
  expect(lines.every((line) => line.length < 2000)).toBe(true);
});

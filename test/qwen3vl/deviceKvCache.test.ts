import type { InferenceSession } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/qwen3vl/checkpoint/checkpoint.ts';
import { argmax } from '../../src/qwen3vl/grammar/choose.ts';
import { Decoder } from '../../src/qwen3vl/decode/decoder.ts';
import type { Prompt } from '../../src/qwen3vl/decode/decoder.ts';
import { decoderGraph } from '../../src/qwen3vl/graph/decoderGraph.ts';
import { deviceKvCaches } from '../../src/qwen3vl/device/deviceKvCache.ts';
import { InPlaceKvCache } from '../../src/qwen3vl/device/kvCache.ts';
import type { KvCache } from '../../src/qwen3vl/device/kvCache.ts';
import { openWeights } from '../../src/qwen3vl/open.ts';
import { promptPositions } from '../../src/qwen3vl/decode/positions.ts';
import { openSession } from '../../src/qwen3vl/device/session.ts';
import { QwenTokenizer } from '../../src/qwen3vl/decode/tokenizer.ts';
import { FIXTURES, fixture } from './fixtures.ts';

/** The graphs are a GPU's; here they run on the processor, where a tensor that "stays" lies in its memory. */
describe.each(FIXTURES)('keys and values that stay where they are, %s', (name) => {
  const checkpoint = readCheckpoint(fixture(name));
  const tokenizer = new QwenTokenizer(checkpoint);
  const prompt = (text: string): Prompt => {
    const ids = tokenizer.encode(text);
    return { ids, positions: promptPositions(ids, undefined, { h: 2, w: 2 }, 2).rows, patches: [] };
  };

  it('give the tokens of the plain path after they were kept in part and grown', () =>
    withDecoder(name, async (decoder, session) => {
      const cache = deviceKvCaches(session, 'cpu')();
      const said = 'A room. '.repeat(20);
      await cache.reserve(400);
      await answer(decoder, prompt(`${said}What moves?`), cache);
      const first = prompt(`${said}Who is there?`);
      const expected = await answer(decoder, first, new InPlaceKvCache(checkpoint.config.text));
      const kept = await answer(decoder, first, cache);
      expect(kept.tokens).toEqual(expected.tokens);
      expect(kept.reused).toBeGreaterThan(expected.reused + 100);
      // a longer one, for which room has to be made while the beginning is kept
      const longer = prompt(`${said}Who is there, and since when? `.repeat(5));
      await cache.keep(50);
      await cache.reserve(longer.ids.length + 20);
      const { tokens, reused } = await answer(decoder, longer, cache);
      expect(reused).toBe(50);
      expect(tokens).toEqual((await answer(decoder, longer, new InPlaceKvCache(checkpoint.config.text))).tokens);
    }));

  it('are written in place, take what they say, and are gone when they are disposed of', () =>
    withDecoder(name, async (decoder, session) => {
      const cache = deviceKvCaches(session, 'cpu')();
      expect(cache.bytes).toBe(0);
      await cache.reserve(100);
      const before = Object.values(cache.inputs());
      expect(before).toHaveLength(checkpoint.config.text.layers * 2);
      expect(cache.bytes).toBe(before.reduce((sum, { size }) => sum + size * 4, 0));
      await answer(decoder, prompt('A room.'), cache);
      expect(Object.values(cache.outputs())).toEqual(before);
      expect(before.every(({ data }) => (data as Float32Array).some((value) => value !== 0))).toBe(true);
      cache.dispose();
      expect(cache).toMatchObject({ bytes: 0, tokens: [] });
      expect(cache.inputs()).toEqual({});
      await cache.reserve(300);
      expect((await answer(decoder, prompt('A room.'), cache)).reused).toBe(0);
    }));
});

async function withDecoder(name: string, use: (decoder: Decoder, session: InferenceSession) => Promise<void>): Promise<void> {
  const { config } = readCheckpoint(fixture(name));
  const { graph: weights, prepack } = openWeights(fixture(name));
  const { session } = await openSession({ graph: decoderGraph(config, weights, { fresh: true }), folder: weights.folder, prepack }, 'cpu', 1, true);
  await use(new Decoder(session, config, false), session);
  await session.release();
}

async function answer(decoder: Decoder, prompt: Prompt, cache: KvCache): Promise<{ tokens: number[]; reused: number }> {
  const { logits, reused } = await decoder.prefill(prompt, cache, 12);
  const tokens = [argmax(logits)];
  while (tokens.length < 10) {
    const [next] = await decoder.extend([tokens.at(-1) ?? 0], prompt.ids.length + tokens.length - 1, cache);
    tokens.push(argmax(next ?? new Float32Array()));
  }
  return { tokens, reused };
}

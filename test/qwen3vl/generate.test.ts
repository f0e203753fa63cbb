import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/qwen3vl/checkpoint/checkpoint.ts';
import { Decoder } from '../../src/qwen3vl/decode/decoder.ts';
import { decoderGraph } from '../../src/qwen3vl/graph/decoderGraph.ts';
import { deviceKvCaches } from '../../src/qwen3vl/device/deviceKvCache.ts';
import { InPlaceKvCache } from '../../src/qwen3vl/device/kvCache.ts';
import type { JsonSchema } from '../../src/qwen3vl/model.ts';
import { promptPositions } from '../../src/qwen3vl/decode/positions.ts';
import { openWeights } from '../../src/qwen3vl/open.ts';
import { openSession } from '../../src/qwen3vl/device/session.ts';
import { QwenTokenizer } from '../../src/qwen3vl/decode/tokenizer.ts';
import { fixture, videoOf, withModel } from './fixtures.ts';

const SCHEMA: JsonSchema = {
  type: 'array',
  items: { type: 'object', properties: { event: { type: 'string', maxLength: 6 }, start: { type: 'number', minimum: 0 }, sure: { type: 'boolean' } } },
  maxItems: 2,
};

describe('an answer', () => {
  it('is held to its schema, whatever the weights say', () =>
    withModel('tied-odd', async (model) => {
      const { text, finish, pieces, tokens, probabilities } = await model.generate({ video: videoOf('tied-odd'), prompt: 'List.', maxTokens: 200, schema: SCHEMA });
      expect(finish).toBe('stop');
      const events = JSON.parse(text) as Record<string, unknown>[];
      for (const event of events) expect(Object.keys(event)).toEqual(['event', 'start', 'sure']);
      expect(pieces.join('')).toBe(text);
      expect([tokens.length, probabilities.length]).toEqual([pieces.length, pieces.length]);
      for (const p of probabilities) expect(p).toBeGreaterThan(0);
    }));

  it('ends at its length', () =>
    withModel('odd-sizes', async (model) => {
      const { tokens, finish, promptTokens, visualTokens } = await model.generate({ video: videoOf('odd-sizes'), prompt: 'yes?', maxTokens: 5 });
      expect({ tokens: tokens.length, finish, visualTokens }).toEqual({ tokens: 5, finish: 'length', visualTokens: 8 });
      expect(promptTokens).toBeGreaterThan(visualTokens);
    }));

  it('is the same with and without what earlier prompts left behind', async () => {
    const video = videoOf('untied-wide-q');
    const later = { frames: video.frames.slice(2), times: video.times.slice(2) };
    const ask = { video, prompt: 'b', maxTokens: 8 };
    const fresh = await withModel('untied-wide-q', (model) => model.generate(ask));
    const again = await withModel('untied-wide-q', async (model) => {
      await model.generate({ video: later, prompt: 'a', maxTokens: 8 });
      await model.generate({ video, prompt: 'a much longer prompt than the one before', maxTokens: 3 });
      return model.generate(ask);
    });
    expect(again.reusedTokens).toBeGreaterThan(0);
    expect({ ...again, ms: 0 }).toEqual({ ...fresh, ms: 0, reusedTokens: again.reusedTokens, cachedVisualTokens: again.visualTokens });
    expect(fresh.cachedVisualTokens).toBe(0);
  });

  it('needs room in the context', () =>
    withModel('tied-odd', (model) => expect(model.generate({ video: videoOf('tied-odd'), prompt: 'x', maxTokens: 4 })).rejects.toMatchObject({ code: 'MODEL_CONTEXT_EXCEEDED' }), { maxContext: 30 }));

  it('is given to calls in turn', () =>
    withModel('tied-odd', async (model) => {
      const prompts = ['one', 'two', 'three'];
      const together = await Promise.all(prompts.map((prompt) => model.generate({ prompt, maxTokens: 6 })));
      const alone = [];
      for (const prompt of prompts) alone.push(await model.generate({ prompt, maxTokens: 6 }));
      expect(together.map((r) => r.tokens)).toEqual(alone.map((r) => r.tokens));
    }));
});

describe('a score', () => {
  it('weighs yes against no', () =>
    withModel('tied-odd', async (model) => {
      const score = await model.score('Does it?', 'yes', 'no');
      expect(score).toBeGreaterThan(0);
      expect(await model.score('Does it?', 'no', 'yes')).toBeCloseTo(1 - score, 6);
      expect(await model.scoreMany(['Is it?', 'Does it?'], 'yes', 'no')).toEqual([expect.any(Number), expect.closeTo(score, 5)]);
    }));
});

describe('frames of any size', () => {
  it('are brought to a size that the model takes', () =>
    withModel('odd-sizes', async (model) => {
      const frame = { width: 50, height: 37, data: new Uint8Array(50 * 37 * 3).fill(90) };
      const { visualTokens } = await model.generate({ video: { frames: [frame, frame], times: [0, 1] }, prompt: 'x', maxTokens: 1 });
      expect(visualTokens).toBeGreaterThan(0);
    }));
});

describe('keys and values', () => {
  it('are the same in memory and as a device holds them, in one piece and in several', async () => {
    const checkpoint = readCheckpoint(fixture('odd-sizes'));
    const { config } = checkpoint;
    const { graph: weights, prepack } = openWeights(fixture('odd-sizes'));
    const { session } = await openSession({ graph: decoderGraph(config, weights, { fresh: true }), folder: weights.folder, prepack }, 'cpu', 1, true);
    const decoder = new Decoder(session, config, false);
    // longer than what goes through at once
    const ids = new QwenTokenizer(checkpoint).encode('List the events in this video. '.repeat(80));
    expect(ids.length).toBeGreaterThan(600);
    const prompt = { ids, positions: promptPositions(ids, undefined, { h: 2, w: 2 }, 2).rows, patches: [] };
    const whole = new InPlaceKvCache(config.text);
    const { logits: expected } = await decoder.prefill(prompt, whole, 4);
    const grown = deviceKvCaches(session, 'cpu')();
    expect(largestDifference((await decoder.prefill(prompt, grown, 4)).logits, expected)).toBeLessThan(1e-6);
    const [next] = await decoder.extend([40], ids.length, whole);
    expect(largestDifference((await decoder.extend([40], ids.length, grown))[0], next)).toBeLessThan(1e-6);
    // shortened and filled again
    await whole.keep(300);
    const again = await decoder.prefill(prompt, whole, 4);
    expect(again.reused).toBe(300);
    expect(largestDifference(again.logits, expected)).toBeLessThan(1e-5);
    await session.release();
  });
});

function largestDifference(a: Float32Array | undefined, b: Float32Array | undefined): number {
  return a?.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b?.[i] ?? NaN))), 0) ?? NaN;
}

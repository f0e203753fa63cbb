import { mkdirSync, readFileSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkModel } from '../../src/qwen3vl/check/check.ts';
import { readCheckpoint } from '../../src/qwen3vl/checkpoint/checkpoint.ts';
import { cachedHeadDim, decoderGraph } from '../../src/qwen3vl/graph/decoderGraph.ts';
import { commonFolder } from '../../src/qwen3vl/graph/graphWeights.ts';
import { openWeights } from '../../src/qwen3vl/open.ts';
import { openSession } from '../../src/qwen3vl/device/session.ts';
import { copyOf, fixture, scratch } from './fixtures.ts';

let folder: ReturnType<typeof scratch>;
beforeEach(() => {
  folder = scratch();
});
afterEach(() => folder.remove());

describe('weights where they stand', () => {
  it('may be links that lead to several folders', async () => {
    const dir = copyOf('untied-wide-q', folder.dir);
    for (const [i, name] of ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'].entries()) {
      const elsewhere = join(folder.dir, `disk${i}`, 'deep');
      mkdirSync(elsewhere, { recursive: true });
      renameSync(join(dir, name), join(elsewhere, 'weights'));
      symlinkSync(join(elsewhere, 'weights'), join(dir, name));
    }
    expect((await checkModel(dir, join(dir, 'reference.safetensors'), { device: 'cpu' })).ok).toBe(true);
    unlinkSync(join(folder.dir, 'disk0', 'deep', 'weights'));
    await expect(checkModel(dir, join(dir, 'reference.safetensors'), { device: 'cpu' })).rejects.toMatchObject({ code: 'MODEL_WEIGHTS_MISSING' });
  });

  it.each(['tied-odd', 'odd-sizes', 'untied-wide-q'])('may stand at any byte: %s', async (name) => {
    const dir = copyOf(name, folder.dir);
    const file = name === 'untied-wide-q' ? 'model-00001-of-00002.safetensors' : 'model.safetensors';
    const bytes = readFileSync(join(dir, file));
    const length = Number(bytes.readBigUInt64LE(0));
    const header = Buffer.alloc(8);
    header.writeBigUInt64LE(BigInt(length + 3));
    writeFileSync(join(dir, file), Buffer.concat([header, bytes.subarray(8, 8 + length), Buffer.from('   '), bytes.subarray(8 + length)]));
    const { ok, errors } = await checkModel(dir, join(dir, 'reference.safetensors'), { device: 'cpu' });
    expect(ok).toBe(true);
    expect(errors.logits).toBeLessThan(1e-5);
  });

  it('have one folder that holds them all', () => {
    expect(commonFolder(['/a/b/x', '/a/b/y'])).toBe('/a/b');
    expect(commonFolder(['/a/b/x', '/a/bc/y'])).toBe('/a');
    expect(commonFolder(['/a/x', '/b/y'])).toBe('/');
    expect(commonFolder(['/a/b/c/x', '/a/b/y'])).toBe('/a/b');
  });
});

describe("the decoder's variants", () => {
  const run = async (options: Parameters<typeof decoderGraph>[2], bias?: readonly number[]): Promise<Float32Array> => {
    const { config } = readCheckpoint(fixture('tied-odd'));
    const { text, vision } = config;
    const { graph: weights } = openWeights(fixture('tied-odd'));
    const { session } = await openSession({ graph: decoderGraph(config, weights, { fresh: true, ...options }), folder: weights.folder, prepack: true }, 'cpu', 1, true);
    const ids = [5, 6, 7, 8];
    const S = ids.length;
    const nothing = options?.halfCache ? new Tensor('float16', new Uint16Array(0), [1, text.kvHeads, 0, cachedHeadDim(text)]) : new Tensor('float32', new Float32Array(0), [1, text.kvHeads, 0, cachedHeadDim(text)]);
    const none = new Tensor('float32', new Float32Array(0), [0, text.hidden]);
    const feeds: InferenceSession.OnnxValueMapType = {
      ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), [S]),
      visual: new Tensor('int64', new BigInt64Array(0), [0, 1]),
      features: none,
      ...Object.fromEntries(vision.taps.map((_, j) => [`deepstack_${j}`, none])),
      cos: new Tensor('float32', new Float32Array((S * text.headDim) / 2).fill(1), [S, text.headDim / 2]),
      sin: new Tensor('float32', new Float32Array((S * text.headDim) / 2), [S, text.headDim / 2]),
      wanted: new Tensor('int64', BigInt64Array.of(BigInt(S - 1)), [1]),
      past_last: new Tensor('int32', Int32Array.of(S - 1), [1]),
      total: new Tensor('int32', Int32Array.of(S), [1]),
      ...Object.fromEntries(Array.from({ length: text.layers }, (_, i) => [[`key_${i}`, nothing], [`value_${i}`, nothing]]).flat()),
      ...(bias && { attention_bias: new Tensor('float32', Float32Array.from(bias), [1, 1, S, S]) }),
    };
    const { logits } = await session.run(feeds);
    await session.release();
    return logits?.data as Float32Array;
  };
  const difference = (a: Float32Array, b: Float32Array): number => a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? NaN))), 0);

  it('take a bias of attention: none changes nothing, one that hides tokens does', async () => {
    const plain = await run({});
    expect(difference(await run({ packed: true }, new Array<number>(16).fill(0)), plain)).toBeLessThan(1e-5);
    const hidden = Array.from({ length: 16 }, (_, i) => (i % 4 < 2 ? -1e9 : 0));
    expect(difference(await run({ packed: true }, hidden), plain)).toBeGreaterThan(1e-2);
  });

  it('compute in half precision what they compute whole, but for rounding', async () => {
    const whole = await run({});
    const largest = whole.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (const options of [{ half: true }, { halfCache: true }, { half: true, halfCache: true }]) {
      const half = await run(options);
      expect(difference(half, whole) / largest).toBeLessThan(1e-2);
      expect(difference(half, whole)).toBeGreaterThan(0);
    }
  });
});

import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkModel } from '../../src/qwen3vl/check/check.ts';
import { openQwen3VL } from '../../src/qwen3vl/open.ts';
import { SafetensorsFile } from '../../src/qwen3vl/checkpoint/safetensors.ts';
import { writeRandomCheckpoint } from '../bench/randomCheckpoint.ts';
import { runImport, scratch, writeSafetensors } from './fixtures.ts';
import type { TestTensor } from './fixtures.ts';
import { firstOf } from '../thorough.ts';

/** The decoder at the widths of Qwen3-VL-2B, two layers of it, bfloat16 in shards; a small tower and vocabulary. */
const FRAMES = 4;
const SIDE = 64;
const STEPS = 3;

let folder: ReturnType<typeof scratch>;
let dir: string;
let reference: string;
beforeAll(async () => {
  folder = scratch();
  dir = join(folder.dir, 'published');
  reference = join(folder.dir, 'reference.safetensors');
  const vision = { hidden_size: 64, intermediate_size: 128, num_heads: 4, num_position_embeddings: 64 };
  writeRandomCheckpoint(dir, { shape: '2b', layers: 2, visionDepth: 3, vocab: 4096, vision, shardBytes: 60e6 });
  await writeReference();
}, 120_000);
afterAll(() => folder.remove());

describe('at the widths of 2B', () => {
  it.each(firstOf(1, ['int4', 'int8'] as const))('%s is within the error that it was measured to cost, and what is damaged is not', async (precision) => {
    const out = join(folder.dir, precision);
    const { error, files } = await runImport(dir, out, precision);
    expect(Object.keys(error?.weights ?? {})).toHaveLength(8);
    for (const [kind, value] of Object.entries(error?.weights ?? {})) expect(value, kind).toBeLessThan(precision === 'int4' && kind !== 'lm_head' ? 0.1 : 0.006);
    const { ok, errors, tolerance } = await checkModel(out, reference, { device: 'cpu' });
    expect(ok, JSON.stringify({ errors, error })).toBe(true);
    expect(tolerance).toBe(error?.logits.bound);
    expect(errors.logits).toBeGreaterThan(1e-3);
    expect(errors).toMatchObject({ input_ids: 0, position_ids: 0, tokens: 0 });

    for (const { file } of files) if (file.endsWith('.safetensors')) enlargeScales(join(out, file));
    expect((await checkModel(out, reference, { device: 'cpu' })).ok).toBe(false);
  }, 120_000);

  it('the checkpoint as published is what it was', async () => {
    const { ok, errors } = await checkModel(dir, reference, { device: 'cpu' });
    expect(ok).toBe(true);
    expect(errors.logits).toBeLessThan(1e-5);
  });
});

/** What the checkpoint computes in float32, in the form that test/reference/record.py records. */
async function writeReference(): Promise<void> {
  const frames = Uint8Array.from({ length: FRAMES * SIDE * SIDE * 3 }, (_, i) => 127 + 100 * Math.sin(i / 97) + 20 * Math.sin(i * i));
  const times = [0, 0.5, 1, 1.5];
  const video = { frames: times.map((_, i) => ({ width: SIDE, height: SIDE, data: frames.subarray(i * SIDE * SIDE * 3, (i + 1) * SIDE * SIDE * 3) })), times };
  const model = await openQwen3VL(dir, { device: 'cpu' });
  const prompt = await model.prompt('What happens?', video, 'plain');
  const tokens: number[] = [];
  const logits = await model.greedyLogits(prompt, STEPS, (row) => tokens[tokens.push(row.indexOf(Math.max(...row))) - 1] ?? 0);
  const last = logits.at(-1) ?? new Float32Array();
  tokens.push(last.indexOf(Math.max(...last)));
  const features = prompt.patches.map(({ features: f }) => f.data as Float32Array);
  const taps = [0, 1, 2].filter((j) => prompt.patches[0]?.deepstack[j]).map((j) => prompt.patches.map((p) => p.deepstack[j]?.data as Float32Array)).flat();
  writeSafetensors(reference, {
    frames: tensor('U8', [FRAMES, SIDE, SIDE, 3], frames),
    times: tensor('F64', [FRAMES], Float64Array.from(times)),
    prompt: tensor('U8', [13], new TextEncoder().encode('What happens?')),
    input_ids: tensor('I64', [prompt.ids.length], BigInt64Array.from(prompt.ids, BigInt)),
    position_ids: tensor('I64', [3, prompt.ids.length], BigInt64Array.from(Array.from(prompt.positions), BigInt)),
    image_features: floats(features),
    deepstack_features: floats(taps),
    logits: floats(logits),
    tokens: tensor('I64', [tokens.length], BigInt64Array.from(tokens, BigInt)),
  });
  await model.close();
}

function tensor(dtype: TestTensor['dtype'], shape: readonly number[], values: ArrayBufferView): TestTensor {
  return { dtype, shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

function floats(parts: readonly Float32Array[]): TestTensor {
  const all = Float32Array.from(parts.flatMap((part) => Array.from(part)));
  return tensor('F32', [all.length], all);
}

function enlargeScales(path: string): void {
  const file = new SafetensorsFile(path);
  const fd = openSync(path, 'r+');
  for (const [name, { offset, length }] of file.tensors) {
    if (name.endsWith('.scale')) writeSync(fd, new Float32Array(file.bytes(offset, length).buffer).map((scale) => scale * 1.2), 0, length, offset);
  }
  closeSync(fd);
  file.close();
}

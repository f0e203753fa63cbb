import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCheckpoint } from '../../src/qwen3vl/checkpoint/checkpoint.ts';
import { toFloat32 } from '../../src/qwen3vl/checkpoint/floats.ts';
import { openQwen3VL } from '../../src/qwen3vl/open.ts';
import { SafetensorsFile } from '../../src/qwen3vl/checkpoint/safetensors.ts';
import { QwenTokenizer } from '../../src/qwen3vl/decode/tokenizer.ts';
import { writeRandomCheckpoint } from './randomCheckpoint.ts';
import type { RandomCheckpointOptions } from './randomCheckpoint.ts';

const TINY: RandomCheckpointOptions = {
  shape: '2b',
  layers: 2,
  visionDepth: 3,
  vocab: 2048,
  text: { hidden_size: 64, intermediate_size: 96, num_attention_heads: 2, num_key_value_heads: 1 },
  vision: { hidden_size: 32, intermediate_size: 64, num_heads: 2, out_hidden_size: 64 },
  shardBytes: 100_000,
};

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lookout-random-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function digests(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .map((name) => `${name} ${createHash('sha256').update(readFileSync(join(folder, name))).digest('hex')}`);
}

test.each([true, false])('a tiny random checkpoint, tied %s, opens and answers about a video', async (tied) => {
  writeRandomCheckpoint(dir, { ...TINY, tied });
  expect(readdirSync(dir).filter((name) => name.endsWith('.safetensors')).length).toBeGreaterThan(2);
  const model = await openQwen3VL(dir, { device: 'cpu', threads: 1 });
  try {
    const frames = Array.from({ length: 4 }, (_, i) => ({ width: 64, height: 64, data: new Uint8Array(64 * 64 * 3).fill(40 * i) }));
    const answer = await model.generate({ prompt: 'What happens?', video: { frames, times: [0, 0.5, 1, 1.5] }, maxTokens: 8 });
    expect(answer.tokens).toHaveLength(8);
    expect(answer.visualTokens).toBe(8);
  } finally {
    await model.close();
  }
});

test('the same seed writes the same bytes, another seed others', () => {
  for (const [name, seed] of Object.entries({ a: 3, b: 3, c: 4 })) writeRandomCheckpoint(join(dir, name), { ...TINY, seed });
  expect(digests(join(dir, 'b'))).toEqual(digests(join(dir, 'a')));
  expect(digests(join(dir, 'c'))).not.toEqual(digests(join(dir, 'a')));
});

test('weights are normal with a deviation of 0.02, norms are one, rows of a matrix differ', () => {
  writeRandomCheckpoint(dir, { ...TINY, shardBytes: 2 ** 30 });
  const file = new SafetensorsFile(join(dir, 'model-00001-of-00001.safetensors'));
  const read = (name: string): Float32Array => {
    const tensor = file.read(name);
    if (!tensor) throw new Error(`no ${name}`);
    return toFloat32(tensor);
  };
  const table = read('model.language_model.embed_tokens.weight');
  const mean = table.reduce((a, b) => a + b, 0) / table.length;
  const deviation = Math.sqrt(table.reduce((a, b) => a + (b - mean) ** 2, 0) / table.length);
  expect(mean).toBeCloseTo(0, 3);
  expect(deviation).toBeCloseTo(0.02, 3);
  expect(new Set(Array.from({ length: 2048 }, (_, row) => table[row * 64])).size).toBeGreaterThan(500);
  expect(new Set(read('model.language_model.norm.weight'))).toEqual(new Set([1]));
  file.close();
});

test("the full vocabulary has Qwen's special tokens at their own ids, and every text comes back", () => {
  writeRandomCheckpoint(dir, { ...TINY, vocab: 151936 });
  const tokenizer = new QwenTokenizer(readCheckpoint(dir));
  const special = { '<|endoftext|>': 151643, '<|im_start|>': 151644, '<|im_end|>': 151645, '<|vision_start|>': 151652, '<|vision_end|>': 151653 };
  for (const [token, id] of Object.entries({ ...special, '<|image_pad|>': 151655, '<|video_pad|>': 151656, '</think>': 151668 })) {
    expect(tokenizer.idOf(token)).toBe(id);
  }
  const text = 'List the events: 谁进来了? "naïve" {"start": 12.5}\n\n\tend';
  const ids = tokenizer.encode(text);
  expect(Buffer.concat(ids.map((id) => tokenizer.bytes(id))).toString()).toBe(text);
  expect(ids.length).toBeLessThan(text.length);
});

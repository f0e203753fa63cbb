import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkModel } from '../../src/qwen3vl/check/check.ts';
import { FIXTURES, copyOf, fixture, scratch } from './fixtures.ts';

describe('parity with the Hugging Face implementation', () => {
  let folder: ReturnType<typeof scratch>;
  beforeEach(() => {
    folder = scratch();
  });
  afterEach(() => folder.remove());

  it.each(FIXTURES)('%s', async (name) => {
    const { ok, errors } = await checkModel(fixture(name), join(fixture(name), 'reference.safetensors'), { device: 'cpu' });
    expect(ok).toBe(true);
    expect(errors).toMatchObject({ input_ids: 0, position_ids: 0, tokens: 0 });
    for (const error of [errors.image_features, errors.deepstack_features, errors.logits]) expect(error).toBeLessThan(1e-5);
  });

  it('the demo checkpoint', async () => {
    const reference = join(import.meta.dirname, '../fixtures/qwen3vl/demo-reference.safetensors');
    const { ok, errors } = await checkModel(join(import.meta.dirname, '../../models/demo'), reference, { device: 'cpu' });
    expect(ok).toBe(true);
    expect(errors).toMatchObject({ input_ids: 0, position_ids: 0, tokens: 0 });
    for (const error of [errors.image_features, errors.deepstack_features, errors.logits]) expect(error).toBeLessThan(1e-4);
  });

  it('tells what differs when the weights do', async () => {
    const dir = copyOf('tied-odd', folder.dir);
    const file = join(dir, 'model.safetensors');
    const bytes = readFileSync(file);
    // bf16 of the first tensor, the embedding table: other exponents
    const start = 8 + Number(bytes.readBigUInt64LE(0));
    for (let at = start; at < start + 4000; at += 2) bytes[at + 1] = (bytes[at + 1] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const { ok, errors } = await checkModel(dir, join(dir, 'reference.safetensors'), { device: 'cpu' });
    expect(ok).toBe(false);
    expect(errors).toMatchObject({ input_ids: 0, position_ids: 0 });
    expect(errors.image_features).toBeLessThan(1e-5);
    expect(errors.logits).toBeGreaterThan(1e-2);
  });

  it('runs a float32 head of its own where nothing ties it to the embeddings', async () => {
    const dir = copyOf('untied-wide-q', folder.dir);
    const config = JSON.parse(readFileSync(join(dir, 'config.json'), 'utf8')) as Record<string, unknown>;
    delete config['tie_word_embeddings'];
    writeFileSync(join(dir, 'config.json'), JSON.stringify(config));
    const { ok } = await checkModel(dir, join(dir, 'reference.safetensors'), { device: 'cpu' });
    expect(ok).toBe(true);
  });

  it('compares with a reference whose video stands between one more start and end', async () => {
    const reference = join(fixture('odd-sizes'), 'reference-wrapped.safetensors');
    const { ok } = await checkModel(fixture('odd-sizes'), reference, { device: 'cpu' });
    expect(ok).toBe(true);
  });

  it('refuses a reference that is cut short or is none', async () => {
    const reference = join(folder.dir, 'reference.safetensors');
    copyFileSync(join(fixture('tied-odd'), 'reference.safetensors'), reference);
    truncateSync(reference, 9000);
    const options = { device: 'cpu' } as const;
    await expect(checkModel(fixture('tied-odd'), reference, options)).rejects.toMatchObject({ code: 'REFERENCE_INVALID' });
    await expect(checkModel(fixture('tied-odd'), join(folder.dir, 'none'), options)).rejects.toMatchObject({ code: 'REFERENCE_INVALID' });
    const weights = join(fixture('tied-odd'), 'model.safetensors');
    await expect(checkModel(fixture('tied-odd'), weights, options)).rejects.toThrow('has no tensor frames');
  });
});

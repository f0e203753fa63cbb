import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { modelFolders, modelInfo, verifyModel } from '../../src/import/info.ts';
import { readCheckpoint } from '../../src/qwen3vl/checkpoint/checkpoint.ts';
import { modelMemory } from '../../src/qwen3vl/checkpoint/memory.ts';
import { fixture } from '../qwen3vl/fixtures.ts';
import { runImport, scratch } from './fixtures.ts';

let folder: ReturnType<typeof scratch>;
beforeEach(() => {
  folder = scratch();
});
afterEach(() => folder.remove());

it('a model tells what it holds and needs, the same at every precision but for the weights', async () => {
  const published = modelInfo(fixture('tied-odd'));
  expect(published).toMatchObject({ name: 'tied-odd', precision: 'fp32', published: 'BF16', maxContext: 4096, imported: undefined, kvBytesPerToken: 4 * 2 * 1 * 16 * 4 });
  await runImport(fixture('tied-odd'), join(folder.dir, 'small'), 'int4');
  const small = modelInfo(join(folder.dir, 'small'));
  expect(small).toMatchObject({ name: 'tied-odd', precision: 'int4', parameters: published.parameters, kvBytesPerToken: published.kvBytesPerToken });
  expect(small.weightsBytes).toBeLessThan(published.weightsBytes);
});

it('the context is what the memory leaves, and none where the weights alone are too large', () => {
  const { weightsBytes, openingBytes, kvBytesPerToken } = modelMemory(readCheckpoint(fixture('tied-odd')));
  expect(openingBytes).toBeGreaterThan(weightsBytes);
  const runtime = 1.5 * 2 ** 30;
  expect(modelInfo(fixture('tied-odd'), weightsBytes + runtime + 100.5 * kvBytesPerToken).here.context).toBe(100);
  expect(modelInfo(fixture('tied-odd'), 64e9).here.context).toBe(4096);
  expect(modelInfo(fixture('tied-odd'), 1e6).here.context).toBe(0);
});

it('folders are models, or hold some', () => {
  expect(modelFolders(fixture('tied-odd'))).toEqual([fixture('tied-odd')]);
  expect(modelFolders(join(fixture('tied-odd'), '..')).length).toBeGreaterThanOrEqual(3);
  mkdirSync(join(folder.dir, 'x.importing'));
  writeFileSync(join(folder.dir, 'x.importing', 'config.json'), '{}');
  expect(modelFolders(folder.dir)).toEqual([]);
  expect(() => modelFolders(join(folder.dir, 'none'))).toThrow('MODEL_NOT_FOUND');
});

it('a file that changed since it was imported is found', async () => {
  const dir = join(folder.dir, 'imported');
  const manifest = await runImport(fixture('tied-odd'), dir, 'int8');
  await verifyModel(dir, manifest, () => undefined);
  appendFileSync(join(dir, 'tokenizer.json'), ' ');
  await expect(verifyModel(dir, manifest, () => undefined)).rejects.toMatchObject({ code: 'MODEL_WEIGHTS_CORRUPT' });
  rmSync(join(dir, 'tokenizer.json'));
  await expect(verifyModel(dir, manifest, () => undefined)).rejects.toMatchObject({ code: 'MODEL_WEIGHTS_MISSING' });
});

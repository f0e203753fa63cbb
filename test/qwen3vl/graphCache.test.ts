import { readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/qwen3vl/checkpoint.ts';
import { cachedGraphs } from '../../src/qwen3vl/graphCache.ts';
import { copyOf, fixture, scratch } from './fixtures.ts';

describe('built graphs', () => {
  let folder: ReturnType<typeof scratch>;
  let cache: string;
  beforeEach(() => {
    folder = scratch();
    cache = join(folder.dir, 'cache');
  });
  afterEach(() => folder.remove());

  it('are taken from the cache while the checkpoint is the same', async () => {
    const first = await cachedGraphs(readCheckpoint(fixture('tied-odd')), cache);
    const written = statSync(first.decoder).mtimeMs;
    const again = await cachedGraphs(readCheckpoint(fixture('tied-odd')), cache);
    expect(again).toEqual(first);
    expect(statSync(again.decoder).mtimeMs).toBe(written);
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it('are built anew, and the old ones removed, when a weight changes', async () => {
    const dir = copyOf('tied-odd', folder.dir);
    const first = await cachedGraphs(readCheckpoint(dir), cache);
    const file = join(dir, 'model.safetensors');
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const second = await cachedGraphs(readCheckpoint(dir), cache);
    expect(second.decoder).not.toBe(first.decoder);
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it('are built anew when they are damaged', async () => {
    const { vision, bytes } = await cachedGraphs(readCheckpoint(fixture('odd-sizes')), cache);
    truncateSync(join(vision, '..', 'weights.bin'), 100);
    expect((await cachedGraphs(readCheckpoint(fixture('odd-sizes')), cache)).bytes).toBe(bytes);
  });

  it('may be built by several at once', async () => {
    const checkpoint = readCheckpoint(fixture('untied-wide-q'));
    const all = await Promise.all([1, 2, 3].map(() => cachedGraphs(checkpoint, cache)));
    expect(new Set(all.map((g) => g.decoder)).size).toBe(1);
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it('need a folder that can be written', async () => {
    writeFileSync(cache, 'a file');
    await expect(cachedGraphs(readCheckpoint(fixture('tied-odd')), cache)).rejects.toMatchObject({ code: 'MODEL_RUNTIME' });
  });
});

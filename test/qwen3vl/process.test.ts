import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filter, firstValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { startModelProcess } from '../../src/qwen3vl/process/process.ts';
import type { ModelProcess } from '../../src/qwen3vl/process/process.ts';
import { copyOf, fixture, scratch, videoOf, withModel } from './fixtures.ts';

const log = createLogger({ level: 'silent' });

describe('the model in its process', () => {
  let folder: ReturnType<typeof scratch>;
  let life: AbortController;
  let model: ModelProcess | undefined;
  beforeEach(() => {
    folder = scratch();
    life = new AbortController();
  });
  afterEach(async () => {
    life.abort();
    await model?.close();
    folder.remove();
  });
  const start = (dir: string): ModelProcess => {
    model = startModelProcess({ dir, device: 'cpu', memoryMb: 1024 }, life.signal, log);
    return model;
  };

  it('answers as it does in this one', async () => {
    const process = start(fixture('tied-odd'));
    const ask = { video: videoOf('tied-odd'), prompt: 'List.', maxTokens: 12 };
    const [there, here] = [await process.generate(ask), await withModel('tied-odd', (m) => m.generate(ask))];
    expect({ ...there, ms: 0 }).toEqual({ ...here, ms: 0 });
    const alone = [await process.score('a?', 'yes', 'no'), await process.score('b?', 'yes', 'no')];
    const together = await process.scoreMany(['a?', 'b?'], 'yes', 'no');
    expect(together.map((score, i) => Math.abs(score - (alone[i] ?? NaN)) < 1e-5)).toEqual([true, true]);
    expect(process).toMatchObject({ name: 'tied-odd', context: 4096, videoSize: { minPixels: 131072 } });
  });

  it('rejects the call in work when it is killed, and goes on with those that wait', async () => {
    const process = start(fixture('tied-odd'));
    await process.ready;
    const before = process.childPid;
    const video = videoOf('tied-odd');
    const inWork = process.generate({ video, prompt: 'List.', maxTokens: 3000 });
    const waiting = process.generate({ video, prompt: 'List.', maxTokens: 2 });
    if (before) globalThis.process.kill(before, 'SIGKILL');
    await expect(inWork).rejects.toMatchObject({ code: 'MODEL_RUNTIME' });
    expect((await waiting).tokens).toHaveLength(2);
    expect(process.childPid).not.toBe(before);
  });

  it('hands on errors with their codes', async () => {
    const process = start(fixture('tied-odd'));
    await expect(process.generate({ prompt: 'x '.repeat(5000), maxTokens: 1 })).rejects.toMatchObject({ code: 'MODEL_CONTEXT_EXCEEDED' });
  });

  it('is not ready, and stops, where it cannot be opened', async () => {
    const dir = copyOf('tied-odd', folder.dir);
    const config = join(dir, 'config.json');
    writeFileSync(config, readFileSync(config, 'utf8').replace('"intermediate_size": 48', '"intermediate_size": 40'));
    const process = start(dir);
    const early = process.score('x', 'yes', 'no');
    await expect(early).rejects.toMatchObject({ code: 'MODEL_CONFIG_INVALID' });
    await expect(process.ready).rejects.toMatchObject({ code: 'MODEL_CONFIG_INVALID' });
    await expect(process.score('x', 'yes', 'no')).rejects.toMatchObject({ code: 'MODEL_CONFIG_INVALID' });
  });

  it('refuses at once weights that are cut short', () => {
    const dir = copyOf('tied-odd', folder.dir);
    truncateSync(join(dir, 'model.safetensors'), 3000);
    expect(() => start(dir)).toThrow('MODEL_WEIGHTS_CORRUPT');
  });

  it('refuses at once what is no checkpoint', () => {
    const dir = copyOf('tied-odd', folder.dir);
    rmSync(join(dir, 'config.json'));
    expect(() => start(dir)).toThrow('MODEL_NOT_FOUND');
  });

  it('ends with its signal', async () => {
    const process = start(fixture('tied-odd'));
    await process.ready;
    const stopped = firstValueFrom(process.state$.pipe(filter((s) => s === 'stopped')));
    life.abort();
    expect(await stopped).toBe('stopped');
    await expect(process.score('x', 'yes', 'no')).rejects.toMatchObject({ code: 'MODEL_RUNTIME' });
  });
});

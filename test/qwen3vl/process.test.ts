import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filter, firstValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LookoutError } from '../../src/errors.ts';
import { createLogger } from '../../src/health/log.ts';
import { startModelProcess } from '../../src/qwen3vl/process/process.ts';
import type { ChatRequest } from '../../src/qwen3vl/model.ts';
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

  it('tells the answer of a conversation piece by piece, while windows are answered', async () => {
    const process = start(fixture('tied-odd'));
    const request: ChatRequest = { turns: [{ role: 'user', parts: [{ kind: 'video', video: videoOf('tied-odd') }, { kind: 'text', text: 'who?' }] }], maxTokens: 60, top: 1 };
    const told: string[] = [];
    const chat = process.chat(request, { told: (piece) => told.push(piece.text) });
    const window = process.generate({ video: videoOf('tied-odd'), prompt: 'List.', maxTokens: 12 });
    const [there, here] = [await chat, await withModel('tied-odd', (m) => m.chat(request))];
    expect(there.text).toBe(here.text);
    expect([there.answerTokens, there.promptTokens, there.visualTokens]).toEqual([here.answerTokens, here.promptTokens, here.visualTokens]);
    expect(told.join('')).toBe(there.text);
    expect(told.length).toBeGreaterThan(10);
    expect((await window).tokens).toHaveLength(12);
  });

  it('leaves a conversation off that nobody waits for, and rejects one when it is killed', async () => {
    const process = start(fixture('tied-odd'));
    await process.ready;
    const request: ChatRequest = { turns: [{ role: 'user', parts: [{ kind: 'text', text: 'who?' }] }], maxTokens: 4000 };
    const stop = new AbortController();
    await expect(process.chat(request, { signal: stop.signal, told: () => stop.abort(new Error('gone')) })).rejects.toThrow('gone');
    // the process is free again long before it could have said all that
    expect((await process.chat({ ...request, maxTokens: 3 })).answerTokens).toBe(3);
    const dying = process.chat(request, { told: () => process.childPid && globalThis.process.kill(process.childPid, 'SIGKILL') });
    const waiting = process.chat({ ...request, maxTokens: 2 });
    await expect(dying).rejects.toMatchObject({ code: 'MODEL_RUNTIME' });
    expect((await waiting).answerTokens).toBe(2);
    const many = Array.from({ length: 20 }, () => process.chat({ ...request, maxTokens: 2 }).then(() => 'said', (error: LookoutError) => error.code));
    expect((await Promise.all(many)).filter((outcome) => outcome === 'MODEL_BUSY').length).toBeGreaterThan(0);
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

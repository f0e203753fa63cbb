import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runEvaluation } from '../../src/eval/evaluate.ts';
import type { EvalOptions } from '../../src/eval/evaluate.ts';
import { createLogger } from '../../src/health/log.ts';

/** Random weights: what it says is worth nothing, how it is run is what counts here. */
const DIR = fileURLToPath(new URL('../fixtures/qwen3vl/odd-sizes', import.meta.url));
const log = createLogger({ level: 'silent' });
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lookout-run-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function options(more: Partial<EvalOptions> = {}): EvalOptions {
  const model = { dir: DIR, device: 'cpu' as const, threads: 1, memoryMb: 1024 };
  return { source: { scenes: 2, seed: 1, duration: 7 }, model, jobs: 2, ...more };
}

test('scenes through model processes side by side, and none is left running', async () => {
  const progress: number[] = [];
  const report = await runEvaluation(options({ perWindow: true, onProgress: (done) => progress.push(done) }), new AbortController().signal, log);
  expect(report).toMatchObject({ model: 'odd-sizes', scored: 'windows', videos: 2, rules: null });
  expect(report.windows).toBeGreaterThan(0);
  expect(report.visualTokens).toBeGreaterThan(0);
  expect(progress).toEqual([0, 1, 2]);
}, 60_000);

test('a model that is not there is told', async () => {
  const model = { ...options().model, dir: join(folder, 'nothing') };
  await expect(runEvaluation(options({ model }), new AbortController().signal, log)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
});

test('stops when told to', async () => {
  const stop = new AbortController();
  const reason = new Error('enough');
  const running = runEvaluation(options({ onProgress: () => stop.abort(reason) }), stop.signal, log);
  await expect(running).rejects.toThrow('enough');
}, 60_000);

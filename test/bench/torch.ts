import { execFile, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { chatTokens } from '../../src/qwen3vl/decode/chat.ts';
import { readCheckpoint } from '../../src/qwen3vl/checkpoint/checkpoint.ts';
import { temporalPatches } from '../../src/qwen3vl/video/frames.ts';
import { QwenTokenizer } from '../../src/qwen3vl/decode/tokenizer.ts';
import { sceneWindow } from './scenes.ts';
import { PROMPT } from './speed.ts';
import type { Task } from './task.ts';

const reportSchema = z.object({
  same_ids: z.boolean(),
  answers: z.array(z.array(z.number())),
  prefill: z.array(z.number()),
  step: z.array(z.number()),
  attention: z.string(),
  peak_mb: z.number(),
  torch: z.string(),
  transformers: z.string(),
});
/** Of the Hugging Face implementation: ms of vision tower and prompt together, and of a step. */
export type TorchSpeed = z.infer<typeof reportSchema>;

const PROBE = 'import torch, transformers, safetensors; from transformers import Qwen3VLForConditionalGeneration; print(torch.__version__, transformers.__version__)';

/** The first Python that has what test/bench/torch.py needs, and its versions; undefined where none has. */
export function findPython(given: string | undefined): { readonly path: string; readonly versions: string } | undefined {
  const candidates = given === undefined ? [process.env['LOOKOUT_PYTHON'], 'python3'] : [given];
  for (const path of candidates) {
    if (path === undefined || path === '') continue;
    const probe = spawnSync(path, ['-c', PROBE], { encoding: 'utf8' });
    const [torch, transformers] = probe.status === 0 ? probe.stdout.trim().split(/\s+/) : [];
    if (torch && transformers) return { path, versions: `torch ${torch}, transformers ${transformers}` };
  }
  return undefined;
}

/** Runs the same windows, tokens, threads and number of steps as `measureSpeed` through the Hugging Face implementation. */
export async function measureTorch(python: string, { dir, threads, tokens, repetitions, ...size }: Task, dtype: 'float32' | 'bfloat16'): Promise<TorchSpeed> {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-bench-'));
  try {
    const windows = openSync(join(folder, 'frames.bin'), 'w');
    for (let i = 0; i <= repetitions; i++) for (const { data } of sceneWindow(i, size).frames) writeSync(windows, data);
    closeSync(windows);
    const { times } = sceneWindow(0, size);
    const input = { checkpoint: dir, dtype, threads, steps: tokens, width: size.width, height: size.height, times, prompt: PROMPT, ids: promptIds(dir, size) };
    writeFileSync(join(folder, 'input.json'), JSON.stringify(input));
    const env = { ...process.env, OMP_NUM_THREADS: String(threads), HF_HUB_OFFLINE: '1', TRANSFORMERS_VERBOSITY: 'error', HF_HUB_DISABLE_PROGRESS_BARS: '1' };
    const { stdout } = await promisify(execFile)(python, [fileURLToPath(new URL('./torch.py', import.meta.url)), folder], { env, maxBuffer: 2 ** 26 });
    return reportSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Token ids of the prompt as this runtime makes them, for the other to be compared with. */
function promptIds(dir: string, size: { readonly width: number; readonly height: number }): number[] {
  const checkpoint = readCheckpoint(dir);
  const { patch, merge, temporalPatch } = checkpoint.config.vision;
  const stamps = temporalPatches(sceneWindow(0, size), temporalPatch).map((group) => group.stamp);
  const perPatch = (size.width * size.height) / (patch * merge) ** 2;
  return chatTokens(new QwenTokenizer(checkpoint), PROMPT, { stamps, perPatch, token: checkpoint.config.videoToken, markup: 'plain' });
}

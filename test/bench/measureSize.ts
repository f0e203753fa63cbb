import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Findings } from './figures.ts';
import type { Hop } from './hop.ts';
import type { KvTax } from './kvTax.ts';
import type { Lag } from './lag.ts';
import type { Rules } from './rules.ts';
import type { Quantised } from './quantise.ts';
import { checkpointOf } from './sizes.ts';
import type { Size, SizeName } from './sizes.ts';
import type { Speed } from './speed.ts';
import { measureApart } from './task.ts';
import type { Measure, Measured, Task } from './task.ts';
import { measureTorch } from './torch.ts';
import type { TorchSpeed } from './torch.ts';

/**
 * Measures everything at one size, one process at a time. What fails is said and left out. Ours and theirs take turns, so that a
 * machine that gets slower or faster meanwhile does so for both.
 */
export async function measureSize(name: SizeName, size: Size, dir: string, python: string | undefined, say: (line: string) => void): Promise<Findings> {
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    say(`${name}: ${what} …`);
    try {
      return await work();
    } catch (error) {
      say(`${name}: ${what} failed: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  const checkpoint = checkpointOf(name, dir);
  const { width, height, threads, tokens, repetitions } = size;
  const task = (measure: Measure, changes: Partial<Task> = {}): Task => ({
    measure, dir: checkpoint, width, height, threads, tokens, repetitions, out: join(dir, `${name}-int4`), seconds: size.lagSeconds,
    ...changes,
  });

  const int4 = task('quantise').out;
  rmSync(int4, { recursive: true, force: true });
  const quantised = await attempt('import at int4', () => measureApart<Quantised>(task('quantise')));
  const speeds: { fp32: Measured<Speed>[]; int4: Measured<Speed>[]; torch: TorchSpeed[]; torchBf16: TorchSpeed[] } = { fp32: [], int4: [], torch: [], torchBf16: [] };
  for (let round = 0; round < size.rounds; round++) {
    const ours = await attempt('this runtime, fp32', () => measureApart<Speed>(task('speed')));
    if (ours) speeds.fp32.push(ours);
    const small = quantised && (await attempt('this runtime, int4', () => measureApart<Speed>(task('speed', { dir: int4 }))));
    if (small) speeds.int4.push(small);
    for (const dtype of python === undefined ? [] : (['float32', 'bfloat16'] as const)) {
      const theirs = await attempt(`PyTorch, ${dtype}`, () => measureTorch(python ?? '', task('speed'), dtype));
      if (theirs) speeds[dtype === 'float32' ? 'torch' : 'torchBf16'].push(theirs);
    }
  }
  const [fp32, torch, torchBf16] = [mergeOurs(speeds.fp32), mergeTheirs(speeds.torch), mergeTheirs(speeds.torchBf16)];
  if (fp32 && torch) compareTokens(fp32.result.answers, torch, (line) => say(`${name}: ${line}`));
  return {
    fp32,
    int4: mergeOurs(speeds.int4),
    quantised,
    torch,
    torchBf16,
    hop: await attempt('a warm hop against a cold window', () => measureApart<Hop>(task('hop', { tokens: size.eventTokens, repetitions: size.hops }))),
    rules: await attempt('rules', () => measureApart<Rules>(task('rules', { repetitions: size.rules }))),
    kvTax: await attempt('keys and values in place', () => measureApart<KvTax>(task('kvTax'))),
    lag: await attempt('event loop under load', () => measureApart<Lag>(task('lag'))),
  };
}

function mergeOurs(rounds: readonly Measured<Speed>[]): Measured<Speed> | undefined {
  const [first] = rounds;
  if (!first) return undefined;
  const all = <K extends 'vision' | 'prefill' | 'step'>(key: K): number[] => rounds.flatMap(({ result }) => result[key]);
  const result = { ...first.result, vision: all('vision'), prefill: all('prefill'), step: all('step') };
  return { result, peakMb: Math.max(...rounds.map((r) => r.peakMb)), anonymousMb: Math.max(...rounds.map((r) => r.anonymousMb)) };
}

function mergeTheirs(rounds: readonly TorchSpeed[]): TorchSpeed | undefined {
  const [first] = rounds;
  if (!first) return undefined;
  return { ...first, prefill: rounds.flatMap((r) => r.prefill), step: rounds.flatMap((r) => r.step), peak_mb: Math.max(...rounds.map((r) => r.peak_mb)) };
}

function compareTokens(ours: readonly (readonly number[])[], torch: TorchSpeed, say: (line: string) => void): void {
  const equal = ours.filter((tokens, i) => tokens.every((token, k) => token === torch.answers[i]?.[k])).length;
  say(`the prompts' tokens are ${torch.same_ids ? 'the same' : 'NOT the same'} on both sides; ${equal} of ${ours.length} answers in fp32 are, token by token`);
}

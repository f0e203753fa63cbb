import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { programFor } from '../../src/health/program.ts';

/** Seconds are those of the plan, each `scale` seconds long: a window is 8 of them, and every busy camera cuts one a second. */
export interface Overload {
  readonly scale: number;
  /** with a model that keeps up; and once more, for the baseline */
  readonly warmUp: number;
  /** with one that is ten times too slow */
  readonly seconds: number;
}

interface Memory {
  /** bytes that are alive after a collection: heap and buffers */
  readonly live: readonly number[];
  readonly rss: readonly number[];
}

export interface Overloaded {
  readonly windows: number;
  readonly answered: number;
  readonly dropped: number;
  /** windows that were answered or dropped more than once, or not at all */
  readonly twice: number;
  readonly unended: number;
  /** ms: the oldest window that was seen waiting, less what the process itself was held up, and a window's length */
  readonly oldest: number;
  readonly length: number;
  readonly before: Memory;
  readonly under: Memory;
  readonly answeredUnder: number;
  /** answers of each camera under overload */
  readonly looksBusy: readonly number[];
  readonly looksQuiet: readonly number[];
  readonly gaps: number;
  /** ms of the windows that were neither seen nor written down as a gap */
  readonly unaccounted: number;
  /** ms of the gaps that an answer shows after all */
  readonly seenGaps: number;
}

/** Overloads a process of its own, whose memory nothing else disturbs. */
export async function overload(plan: Overload): Promise<Overloaded> {
  const { file, flags } = programFor(new URL('./overloadChild.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', ...flags, file, JSON.stringify(plan)], { maxBuffer: 1 << 24 });
  return JSON.parse(stdout) as Overloaded;
}

/** What overload may cost, and what not. */
export function expectToHold(run: Overloaded): void {
  // it was overload: a model that keeps up would have answered ten times as much
  expect(run.dropped).toBeGreaterThan(3 * run.answeredUnder);
  expect(run).toMatchObject({ windows: run.answered + run.dropped, twice: 0, unended: 0 });
  // timers and clocks round to a millisecond
  expect(run.oldest).toBeLessThanOrEqual(run.length + 2);
  expect(growth(run, 'live')).toBeLessThanOrEqual(0.1);
  expect(growth(run, 'rss')).toBeLessThanOrEqual(0.1);
  expect(Math.max(...run.looksBusy) - Math.min(...run.looksBusy)).toBeLessThanOrEqual(2);
  expect(Math.min(...run.looksQuiet)).toBeGreaterThanOrEqual(1);
  expect(run.gaps).toBeGreaterThan(0);
  expect(run).toMatchObject({ unaccounted: 0, seenGaps: 0 });
}

/** Share by which memory was above its baseline at the most. */
export function growth(run: Overloaded, kind: keyof Memory): number {
  const before = [...run.before[kind]].sort((a, b) => a - b);
  return Math.max(...run.under[kind]) / (before[Math.floor(before.length / 2)] ?? Number.NaN) - 1;
}

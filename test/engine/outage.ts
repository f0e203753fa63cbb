import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { programFor } from '../../src/health/program.ts';
import type { CoverageReason } from '../../src/record.ts';

/** Seconds are those of the plan, each `scale` seconds long: a window is 8 of them, and every camera cuts one a second. */
export interface Outage {
  readonly scale: number;
  readonly cameras: number;
  /** with engines that keep up, twice and at the end */
  readonly warmUp: number;
  /** with one that is too slow, and as long with one that hangs */
  readonly seconds: number;
  /** a good engine beside the bad one */
  readonly other: boolean;
}

export interface Phase {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** bytes */
  readonly live: readonly number[];
  readonly rss: readonly number[];
  readonly answered: number;
  /** by the good engine */
  readonly byTheOther: number;
}

export interface Outcome {
  readonly windows: number;
  readonly answered: number;
  readonly dropped: number;
  /** windows that were answered or dropped more than once, or not at all */
  readonly twice: number;
  readonly unended: number;
  /** ms from its last frame: the oldest window that nobody had begun, and the oldest of all */
  readonly oldestQueued: number;
  readonly oldest: number;
  /** ms: of a window, and for its answer */
  readonly length: number;
  readonly timeout: number;
  readonly reasons: Partial<Record<CoverageReason, number>>;
  /** requests that the bad engine had at the most */
  readonly mostAtOnce: number;
  readonly before: Phase;
  readonly phases: readonly Phase[];
  readonly after: Phase;
  readonly warnings: number;
  readonly listed: readonly string[];
  /** ms of the windows that were neither seen nor written down as a gap */
  readonly unaccounted: number;
  /** ms of the gaps that an answer shows after all */
  readonly seenGaps: number;
  /** ms of the gaps that lie in the phase in which the bad engine hangs, of all cameras together */
  readonly hanging: number;
}

/** The young generation keeps its size, which otherwise doubles at a moment of its own. */
const FLAGS = ['--expose-gc', '--min-semi-space-size=4', '--max-semi-space-size=4'];

/** Runs it in a process of its own, whose memory nothing else disturbs. */
export async function outage(plan: Outage): Promise<Outcome> {
  const { file, flags } = programFor(new URL('./outageChild.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, ...flags, file, JSON.stringify(plan)], { maxBuffer: 1 << 24 });
  return JSON.parse(stdout) as Outcome;
}

/** What an engine that is too slow or hangs may cost, and what not. */
export function expectToHold(run: Outcome, plan: Outage): void {
  const [slow, hung] = run.phases;
  if (!slow || !hung) throw new Error('two phases');
  expect(run).toMatchObject({ windows: run.answered + run.dropped, twice: 0, unended: 0, unaccounted: 0, seenGaps: 0 });
  // timers and clocks round to a millisecond
  expect(run.oldestQueued).toBeLessThanOrEqual(run.length + 2);
  expect(run.oldest).toBeLessThanOrEqual(run.length + run.timeout + 50);
  // what is alive goes up and down with the frames under way, and in seconds a process takes a few MB at moments of its own: levels count
  expect(growth(run, 'live', middle)).toBeLessThanOrEqual(0.1);
  expect(growth(run, 'rss', isLong(plan) ? Math.max : middle)).toBeLessThanOrEqual(0.1);
  const usual = run.before.answered / (run.before.to - run.before.from);
  const share = (phase: Phase): number => phase.answered / (phase.to - phase.from) / usual;
  if (plan.other) {
    expect(share(slow)).toBeGreaterThan(0.5);
    expect(share(hung)).toBeGreaterThan(0.5);
    expect(hung.byTheOther).toBeGreaterThanOrEqual(hung.answered - 2);
  } else {
    expect(share(hung)).toBeLessThan(0.1);
    // what nobody saw is told: of every camera the outage but for a window's length at its ends
    expect(run.hanging).toBeGreaterThanOrEqual(plan.cameras * Math.max(0, hung.to - hung.from - 2 * run.length));
  }
  expect(run.after.answered).toBeGreaterThan(0);
}

function isLong({ scale, seconds }: Outage): boolean {
  return scale * seconds >= 30;
}

/** Share by which memory was above its baseline, by what `of` makes of a phase. */
export function growth(run: Outcome, kind: 'live' | 'rss', of: (...bytes: number[]) => number): number {
  return Math.max(...run.phases.map((phase) => of(...phase[kind]))) / middle(...run.before[kind]) - 1;
}

export function middle(...numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

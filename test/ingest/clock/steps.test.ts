import { describe, expect, it } from 'vitest';
import { findContradiction } from '../../../src/ingest/clock/contradiction.ts';
import { after, outside, simulate } from './simulation.ts';
import type { Simulated, Told } from './simulation.ts';
import { cases } from '../../thorough.ts';

const SEEDS = Array.from({ length: cases(3, 6) }, (_, i) => i + 1);
const STEP = 2000;
/** What the issue wants: right again within so long, ms; and a frame, which is when a parser gives the packet out that tells. */
const MENDED = 10_000;
const FRAME = 80;
/** Errs by no more when it is right, ms. */
const RIGHT = 20;
const DELAY = 20;

type Of = (at: number) => number;
interface Stepped {
  readonly told: readonly Told[];
  /** ms since the start of the stream */
  readonly at: number;
  /** when the first report after the step was heard */
  readonly heard: number;
}

/** Steps early or late in a stream, and between two reports in every phase. `what`: the setting that steps, of a moment. `truth`: ms that the camera's clock, where it is the truth, is ahead of ours. */
function runs(sim: Omit<Simulated, 'seconds'>, earliest: number, what: (at: number) => Partial<Simulated>, truth: (at: number) => Of = () => () => 0): Stepped[] {
  return SEEDS.map((seed) => {
    const at = earliest + ((410 * seed) % 5000);
    const { told, heard } = simulate({ delay: DELAY, jitter: 3, seed, ...sim, seconds: at / 1000 + 40, ...what(at) });
    const ahead = truth(at);
    const against = told.map((frame) => ({ ...frame, error: frame.error - ahead(frame.capture) }));
    return { told: against, at, heard: heard.find((arrival) => arrival > at + (sim.delay ?? DELAY)) ?? Infinity };
  });
}

/** ms from the step to the last frame that errs */
function wrongFor({ told, at }: Stepped): number {
  const wrong = after(told, at).findLast(({ error }) => Math.abs(error) > RIGHT);
  return wrong ? wrong.capture - at : 0;
}

const to = (ms: number) => (at: number) => ({ ahead: (t: number) => (t < at ? 0 : ms) });
const from = (ms: number) => (at: number) => ({ ahead: (t: number) => (t < at ? ms : 0) });
const jump = (ms: number) => (at: number) => ({ jumped: (t: number) => (t < at ? 0 : ms) });
const followed = (what: typeof to) => (ms: number) => (at: number) => what(ms)(at).ahead;

const REPORTS: readonly (readonly [string, Simulated])[] = [
  ...[1000, 2000, 5000].map((every) => [`reports every ${every} ms`, { seconds: 0, every, drift: 30 }] as const),
  ...[1000, 5000].map((every) => [`reports every ${every} ms that say exactly the same`, { seconds: 0, every, drift: 0, exact: true }] as const),
];

describe.each(REPORTS)('a step of 2 s: %s', (_name, sim) => {
  // two reports have come before 12 s at the least; the same thing said again shows only after 8 s that it was said again
  const earliest = sim.exact ? [20_000, 60_000] : [12_000, 60_000];
  const every = sim.every ?? 0;

  describe.each(earliest)('from %i ms on', (begin) => {
    it.each([STEP, -STEP])('stamps that jump by %i ms are never wrong', (ms) => {
      for (const run of runs(sim, begin, jump(ms))) {
        expect(wrongFor(run)).toBe(0);
        expect(outside(run.told)).toBe(0);
      }
    });

    it.each([STEP, -STEP])('a clock set wrong by %i ms is never followed', (ms) => {
      for (const run of runs(sim, begin, to(ms))) {
        expect(wrongFor(run)).toBe(0);
        expect(outside(run.told)).toBe(0);
      }
    });

    it.each([STEP, -STEP])('a clock that was wrong by %i ms and is set right is right by its first report', (ms) => {
      for (const run of runs(sim, begin, from(ms))) {
        expect(wrongFor(run)).toBeLessThan(every + FRAME);
        expect(outside(run.told)).toBe(0);
      }
    });

    it.each([STEP, -STEP])('a clock to be believed that is set by %i ms is followed, and the first report widens the uncertainty', (ms) => {
      for (const run of runs({ ...sim, policy: 'camera' }, begin, to(ms), followed(to)(ms))) {
        expect(wrongFor(run)).toBeLessThan(ms < 0 ? every + FRAME : MENDED);
        expect(outside(after(run.told, run.heard + FRAME))).toBe(0);
      }
    });

    it.each([STEP, -STEP])('a clock to be believed that was wrong by %i ms and is set right is followed as well', (ms) => {
      for (const run of runs({ ...sim, policy: 'camera' }, begin, from(ms), followed(from)(ms))) {
        expect(wrongFor(run)).toBeLessThan(ms > 0 ? every + FRAME : MENDED);
        expect(outside(after(run.told, run.heard + FRAME))).toBe(0);
      }
    });
  });
});

describe.each([1000, 2000, 5000])('where most reports, every %i ms, are late, a step of 2 s', (every) => {
  const late = { every, late: 600, prompt: 0.25, delay: 60, jitter: 5, drift: 30 };

  it.each([
    ['stamps that jump', jump],
    ['a clock set wrong', to],
    ['a clock that was wrong and is set right', from],
  ] as const)('never is outside the uncertainty: %s', (_name, what) => {
    for (const ms of [STEP, -STEP]) {
      for (const { told, at } of runs(late, 60_000, what(ms))) expect(outside(after(told, at))).toBe(0);
    }
  });

  it.each([STEP, -STEP])('of %i ms by a clock to be believed is within the uncertainty once reports have shown it', (ms) => {
    const all = runs({ ...late, policy: 'camera' }, 60_000, to(ms), followed(to)(ms));
    // a report that is late by more than the clock was set back says nothing; one that is late as others were is no proof
    for (const { told, heard } of all) expect(outside(after(told, heard + 3 * every))).toBe(0);
    const since = all.flatMap(({ told, heard }) => after(told, heard + FRAME));
    expect(outside(since) / since.length).toBeLessThan(0.06);
  });
});

describe('what speaks against a line', () => {
  it('is one report, where all were prompt', () => {
    expect(findContradiction([2000], [0, 0, 1], true)).toEqual({ by: 2000, since: 0 });
    expect(findContradiction([2000], [0, 0, 1], false).by).toBe(0);
  });

  it('is what has not been as late before, or not so often without a break', () => {
    const usual = [0, 900, 0, 300, 1200, 0, 500, 100, 700, 200];
    expect(findContradiction([], usual, false).by).toBe(0);
    expect(findContradiction([900], usual, false).by).toBe(0);
    expect(findContradiction([2500], usual, false).by).toBe(2500);
    expect(findContradiction([400, 1000, 1100, 950], usual, false)).toEqual({ by: 950, since: 1 });
  });
});

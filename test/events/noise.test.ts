import { describe, expect, it } from 'vitest';
import { stitch, STITCH_DEFAULTS } from '../../src/events/stitch.ts';
import { add, measure } from './figures.ts';
import { HEAVY, play, simulate, USUAL } from './simulation.ts';
import type { Noise } from './simulation.ts';

/** Figures over many stories of 90 s, as a model that errs so would make them. */
function figures(noise: Noise, seeds: number): ReturnType<typeof add> {
  return add(
    Array.from({ length: seeds }, (_, seed) => {
      const simulated = simulate(seed + 1, noise);
      let count = 0;
      const told = play(simulated, (answers, now) =>
        answers.pipe(stitch({ ...STITCH_DEFAULTS, equivalent: () => false, now, newId: () => `e${++count}` })),
      );
      return measure(simulated.truth, told);
    }),
  );
}

describe('stitching a model’s noise away', () => {
  it('loses and invents nothing where the model is right', () => {
    const exact: Noise = { omit: 0, colour: 0, act: 0, invent: 0, jitter: 0.2, truncate: 0, persist: 0, double: 0 };
    const f = figures(exact, 12);
    expect(f.recall).toBeGreaterThanOrEqual(0.98);
    expect(f.precision).toBeGreaterThanOrEqual(0.99);
    expect(f.alertsDuplicate).toBe(0);
    expect(f.onsetP50).toBeLessThanOrEqual(0.15);
    expect(f.delayP95).toBeLessThanOrEqual(3.5);
  });

  it('keeps the figures with the usual errors', () => {
    const f = figures(USUAL, 24);
    expect(f.recall).toBeGreaterThanOrEqual(0.94);
    expect(f.precision).toBeGreaterThanOrEqual(0.95);
    expect(f.alertsDuplicate).toBe(0);
    expect(f.onsetP50).toBeLessThanOrEqual(0.2);
    expect(f.onsetP95).toBeLessThanOrEqual(0.5);
  });

  it('hardly ever tells twice even with heavy errors', () => {
    const f = figures(HEAVY, 24);
    expect(f.alertsDuplicate / f.alertsSent).toBeLessThanOrEqual(0.005);
    expect(f.precision).toBeGreaterThanOrEqual(0.88);
    expect(f.recall).toBeGreaterThanOrEqual(0.85);
  });
});

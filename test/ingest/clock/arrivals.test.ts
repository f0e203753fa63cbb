import { describe, expect, it } from 'vitest';
import { createClock } from '../../../src/ingest/clock/clock.ts';
import { after, outside, p99, simulate } from './simulation.ts';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const EPOCH = 1_790_000_000_000;

describe('without reports', () => {
  it.each([
    ['a quiet link', { jitter: 0 }],
    ['a jittery link', { jitter: 20 }],
    ['a link that stalls', { jitter: 20, stalls: { every: 10_000, length: 800 } }],
    ['a bad link', { jitter: 150, stalls: { every: 5000, length: 1500 } }],
  ])('the uncertainty covers 99 %% of the frames: %s', (_name, link) => {
    for (const bframes of [0, 2]) {
      const all = SEEDS.flatMap((seed) => simulate({ seed, seconds: 120, delay: 100, drift: 30, bframes, ...link }).told);
      expect(all.every(({ timeSource }) => timeSource === 'arrival')).toBe(true);
      expect(outside(all) / all.length).toBeLessThan(0.01);
    }
  });

  it('B-frames make no difference', () => {
    const [plain, reordered] = [0, 2].map((bframes) => p99(after(simulate({ seconds: 60, delay: 40, jitter: 3, bframes }).told, 2000)));
    expect(Math.abs((plain ?? 0) - (reordered ?? 0))).toBeLessThan(2);
  });

  it.each([2000, -2000, -(2 ** 32), 2 ** 31])('stamps that jump by %i ms are right within a second', (jump) => {
    const { told, untold } = simulate({ seconds: 60, delay: 10, jitter: 5, jumped: (at) => (at < 30_000 ? 0 : jump) });
    expect(p99(told)).toBeLessThan(12);
    expect(untold).toBeLessThan(45);
  });

  it('a playlist, whose packets come in portions, has its latency in the uncertainty', () => {
    const clock = createClock({ framePeriod: () => 40, heldBack: () => 0, trueDts: false, latency: 8000 });
    const [portion, between] = [4000, 6000];
    let told = 0;
    for (let pts = 0; pts < 120_000; pts += 40) {
      // a portion is there when its last frame was taken, and is fetched a while after; three are there at the beginning
      const ready = Math.max(3, Math.floor(pts / portion) + 1) * portion;
      clock.packet({ pts, dts: pts, arrival: EPOCH + ready + between, reported: undefined });
      const time = clock.read(pts);
      if (!time) continue;
      told++;
      expect(Math.abs(time.at - EPOCH - pts)).toBeLessThan(time.uncertainty);
    }
    expect(told).toBeGreaterThan(2500);
  });

  it('our own clock may be set back', () => {
    const clock = createClock({ framePeriod: () => 40, heldBack: () => 0, trueDts: true });
    const errors: number[] = [];
    for (let i = 0; i < 1500; i++) {
      const set = i < 750 ? 0 : -3000;
      clock.packet({ pts: i * 40, dts: i * 40, arrival: EPOCH + i * 40 + set, reported: undefined });
      const time = clock.read(i * 40);
      if (time) errors.push(Math.abs(time.at - EPOCH - i * 40 - set));
    }
    expect(Math.max(...errors)).toBeLessThan(5);
    expect(errors.length).toBeGreaterThan(1400);
  });

  it('a few frames a second are no pause', () => {
    const clock = createClock({ framePeriod: () => 2000, heldBack: () => 0, trueDts: true });
    let told = 0;
    for (let i = 0; i < 30; i++) {
      clock.packet({ pts: i * 2000, dts: i * 2000, arrival: EPOCH + i * 2000 + (i % 3), reported: undefined });
      if (clock.read(i * 2000)) told++;
    }
    expect(told).toBe(29);
  });
});

describe('frames from before a jump', () => {
  it('that are decoded only after it keep their time', () => {
    for (const jump of [60_000, 2000]) {
      const clock = createClock({ framePeriod: () => 40, heldBack: () => 0, trueDts: true });
      for (let i = 0; i < 500; i++) clock.packet({ pts: i * 40 + (i < 250 ? 0 : jump), dts: undefined, arrival: EPOCH + i * 40, reported: undefined });
      expect(Math.abs((clock.read(200 * 40)?.at ?? 0) - EPOCH - 200 * 40)).toBeLessThan(2);
      expect(Math.abs((clock.read(400 * 40 + jump)?.at ?? 0) - EPOCH - 400 * 40)).toBeLessThan(2);
    }
  });
});

describe('what the clock tells of itself', () => {
  it('begins with knowing nothing', () => {
    const clock = createClock({ framePeriod: () => 40, heldBack: () => 0, trueDts: true });
    expect(clock.read(0)).toBeUndefined();
    expect(clock.source).toBe('arrival');
    expect(clock.told()).toMatchObject({ believed: 'arrival', why: 'the stream is new', reports: 0 });
  });

  it('is drift, spread, and how many reports there were', () => {
    const { clock } = simulate({ seconds: 90, every: 2000, drift: 250, delay: 30 });
    const { drift, spread, reports, latency, offset } = clock.told();
    expect(drift).toBeCloseTo(250, -1);
    expect(spread).toBeLessThan(0.1);
    expect(reports).toBeGreaterThan(30);
    expect(latency).toBeGreaterThan(25);
    expect(latency).toBeLessThan(35);
    expect(offset).toBeUndefined();
    expect(simulate({ seconds: 60, delay: 30, drift: 250 }).clock.told()).toMatchObject({ believed: 'arrival', why: 'no reports', reports: 0 });
  });
});

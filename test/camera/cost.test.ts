import { describe, expect, it } from 'vitest';
import { createCostMeter } from '../../src/camera/cost.ts';
import type { StreamFacts } from '../../src/camera/facts.ts';

const FACTS: StreamFacts = {
  codec: 'h264', width: 1920, height: 1080, declaredFps: 25, measuredFps: 25, keyframeInterval: 2, bitrate: 2e6, timeSource: 'arrival', clock: { believed: 'arrival' },
  until: undefined, packets: 0, decoded: 0, hardware: undefined, memory: 40, observed: 0, asleep: 0, cpu: 0,
};

/** Facts second by second of a camera that is awake in the seconds named, and takes this share of a core in each. */
function watched(seconds: readonly (readonly [awake: boolean, cores: number])[]): StreamFacts[] {
  let [slept, cpu] = [0, 0];
  return seconds.map(([awake, cores], i) => {
    slept += awake ? 0 : 1;
    cpu += cores;
    return { ...FACTS, observed: i + 1, asleep: slept / (i + 1), cpu };
  });
}

function costOf(seconds: readonly (readonly [awake: boolean, cores: number])[]) {
  const meter = createCostMeter();
  for (const facts of watched(seconds)) meter.add(facts);
  return meter.told();
}

describe('what a camera costs', () => {
  it('is told apart by whether its decoder slept, and without the seconds in which the program warms up', () => {
    const cost = costOf([[true, 0.9], [true, 0.5], [true, 0.2], [true, 0.1], [false, 0.02], [false, 0.04]]);
    expect(cost?.idle.cores).toBeCloseTo(0.03, 6);
    expect(cost?.busy.cores).toBeCloseTo(0.15, 6);
    expect([cost?.idle.measured, cost?.busy.measured]).toEqual([true, true]);
  });

  it('is reckoned where the camera never was like that', () => {
    const still = costOf([[true, 0.9], [true, 0.5], [false, 0.01], [false, 0.01]]);
    expect(still?.idle.cores).toBeCloseTo(0.01, 6);
    expect(still?.busy.measured).toBe(false);
    expect(still?.busy.cores).toBeCloseTo(0.004 + 5.9 / 60, 2);
    const restless = costOf([[true, 0.1], [true, 0.1], [true, 0.1], [true, 0.1]]);
    expect(restless?.idle.measured).toBe(false);
    expect(restless?.idle.cores).toBeLessThan(0.03);
  });

  it('leaves out a second that was half awake, and is unknown before the first fact', () => {
    const meter = createCostMeter();
    expect(meter.told()).toBeUndefined();
    const half = [...watched([[true, 0.1], [true, 0.1], [true, 0.1]]), { ...FACTS, observed: 4, asleep: 0.5 / 4, cpu: 9 }];
    for (const facts of half) meter.add(facts);
    expect(meter.told()?.busy.cores).toBeCloseTo(0.1, 6);
  });
});

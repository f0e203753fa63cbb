import { describe, expect, test } from 'vitest';
import { planFor, without } from '../../src/ask/plan.ts';
import type { Stretch } from '../../src/ask/steps.ts';
import { configSchema } from '../../src/config/schema.ts';
import { DEMO_MODEL } from '../../src/demo/folder.ts';
import type { Frame } from '../../src/values.ts';

const config = configSchema.parse({ model: { name: DEMO_MODEL } });
const S = 1000;

/** A camera with these recordings and frames in memory, seconds. */
function sources(recorded: readonly (readonly [number, number])[], remembered: readonly number[]): Parameters<typeof planFor>[2] {
  const frame = (at: number): Frame => ({ camera: 'door', pts: at, at: at * S, uncertainty: 0, timeSource: 'rtcp', width: 32, height: 32, data: new Uint8Array() });
  return {
    recordings: {
      stretches: (camera, from, to) => recorded.filter(([a, b]) => b * S > from && a * S < to).map(([a, b]) => ({ camera, from: Math.max(from, a * S), to: Math.min(to, b * S) })),
      // nobody looks at them here
      async *frames() {},
    },
    frames: { between: (_camera, from, to) => remembered.filter((at) => at * S >= from && at * S <= to).map(frame) },
  };
}

function planned(range: readonly [number, number], recorded: readonly (readonly [number, number])[], remembered: readonly number[], source: 'auto' | 'recording' | 'live' | 'events' = 'auto'): [string, number[][], number[][]] {
  const plan = planFor('door', { from: range[0] * S, to: range[1] * S }, sources(recorded, remembered), config, { source });
  const ends = (list: readonly Stretch[]): number[][] => list.map(({ from, to }) => [from / S, to / S]);
  return [plan.source, ends(plan.footage.map((f) => f.stretch)), ends(plan.logged)];
}

const seconds = (from: number, to: number): number[] => Array.from({ length: (to - from) * 2 + 1 }, (_, i) => from + i / 2);

describe('a question about a camera is answered', () => {
  test('from its recording, and of its gaps from the log', () => {
    expect(planned([100, 200], [[50, 130], [150, 180]], [])).toEqual(['recording', [[100, 130], [150, 180]], [[130, 150], [180, 200]]]);
    expect(planned([100, 200], [[50, 250]], [])).toEqual(['recording', [[100, 200]], []]);
    // two files with less than two seconds between them are one stretch
    expect(planned([100, 200], [[90, 130], [131, 210]], [])).toEqual(['recording', [[100, 200]], []]);
  });

  test('up to now, where the recording has not got, from the last seconds', () => {
    expect(planned([100, 200], [[50, 190]], seconds(175, 200))).toEqual(['recording', [[100, 190], [190, 200]], []]);
    expect(planned([100, 200], [], seconds(175, 200))).toEqual(['live', [[175, 200]], [[100, 175]]]);
  });

  test('from the last seconds alone where they are all that is asked about', () => {
    expect(planned([180, 200], [[50, 195]], seconds(175, 199))).toEqual(['live', [[180, 199]], []]);
    expect(planned([180, 200], [[50, 195]], seconds(190, 199))).toEqual(['recording', [[180, 195], [195, 199]], [[199, 200]]]);
    expect(planned([180, 200], [[50, 195]], seconds(175, 190), 'recording')).toEqual(['recording', [[180, 195]], []]);
  });

  test('from the log where nothing else is left, or too much', () => {
    expect(planned([100, 200], [], [])).toEqual(['events', [], [[100, 200]]]);
    expect(planned([100, 200], [], [150])).toEqual(['events', [], [[100, 200]]]);
    expect(planned([0, 30_000], [[0, 30_000]], [])).toEqual(['events', [], [[0, 30_000]]]);
    expect(planned([0, 30_000], [[0, 30_000]], [], 'recording')).toEqual(['recording', [[0, 30_000]], []]);
  });

  test('as is wished', () => {
    expect(planned([100, 200], [[50, 150]], seconds(175, 200), 'live')).toEqual(['live', [[175, 200]], []]);
    expect(planned([100, 200], [[50, 150]], seconds(175, 200), 'recording')).toEqual(['recording', [[100, 150]], []]);
    expect(planned([100, 200], [[50, 150]], seconds(175, 200), 'events')).toEqual(['events', [], [[100, 200]]]);
    expect(() => planned([100, 200], [], [], 'recording')).toThrow(/^MEDIA_GONE: door was not recorded then/);
    expect(() => planned([100, 200], [], [], 'live')).toThrow(/^MEDIA_GONE/);
  });
});

test('what is left of a range', () => {
  const rest = (taken: readonly (readonly [number, number])[]): number[][] => without({ from: 0, to: 10_000 }, taken.map(([from, to]) => ({ from, to }))).map(({ from, to }) => [from, to]);
  expect(rest([])).toEqual([[0, 10_000]]);
  expect(rest([[-5000, 2000], [4000, 4100], [9900, 12_000]])).toEqual([[2000, 4000], [4100, 9900]]);
  expect(rest([[-5000, 20_000]])).toEqual([]);
  expect(rest([[20_000, 30_000]])).toEqual([[0, 10_000]]);
});

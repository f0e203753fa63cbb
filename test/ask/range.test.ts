import { describe, expect, test } from 'vitest';
import { cameraRange, fileRange } from '../../src/ask/range.ts';

const NOW = Date.UTC(2026, 10, 22, 14, 30);
const S = 1000;
const of = (range: Parameters<typeof cameraRange>[0]['time_range'], unit: 'ms' | 's' = 'ms', newest?: number): string[] => {
  const { from, to } = cameraRange({ time_range: range, timestamp_unit: unit, timezone: 'UTC' }, NOW, newest);
  return [from, to].map((at) => new Date(at).toISOString().slice(11, 19));
};

describe('a part of a video', () => {
  test.each([
    [[15_000, 20_000], 'ms', 15, 20], [[15, 20], 's', 15, 20], [[0.5, 2.25], 's', 0.5, 2.25], [['0:15', '0:20'], 'ms', 15, 20], [['1:02:03.5', '1:02:04'], 'ms', 3723.5, 3724], [['15s', '2 min'], 'ms', 15, 120],
    ['0:15-0:20', 'ms', 15, 20], ['from 0:15 to 0:20', 'ms', 15, 20], ['15s – 20s', 'ms', 15, 20], ['从0:15到0:20', 'ms', 15, 20], ['15秒到2分钟', 'ms', 15, 120],
    ['first 30 seconds', 'ms', 0, 30], ['the first minute', 'ms', 0, 60], ['前10秒', 'ms', 0, 10], ['all', 'ms', 0, Infinity], [undefined, 'ms', 0, Infinity],
  ] as const)('%j (%s)', (range, unit, from, to) => {
    expect(fileRange({ time_range: range as never, timestamp_unit: unit, timezone: undefined })).toEqual({ from: from * S, to: to * S });
  });

  test('may count from its end', () => {
    expect(fileRange({ time_range: 'last 2 minutes', timestamp_unit: 'ms', timezone: undefined })).toEqual({ last: 120_000 });
    expect(fileRange({ time_range: '最后10秒', timestamp_unit: 'ms', timezone: undefined })).toEqual({ last: 10_000 });
  });

  test.each([[[20, 15]], [[5, 5]], [[-5, 5]], ['yesterday'], [['noon', '1pm']], ['0:20-0:15'], [[Number.NaN, 5]]] as const)('%j is none', (range) => {
    expect(() => fileRange({ time_range: range as never, timestamp_unit: 's', timezone: undefined })).toThrow(/^(USAGE|TIME_UNPARSABLE)/);
  });
});

describe('a range of a camera', () => {
  test.each([
    ['14:00-14:20', '14:00:00', '14:20:00'], [['14:00', '14:20'], '14:00:00', '14:20:00'], [['yesterday 14:00', '14:20'], '14:00:00', '14:20:00'], [['2026-11-21T14:00Z', '2026-11-21T14:20Z'], '14:00:00', '14:20:00'],
    [['昨天下午2点', '3点'], '14:00:00', '15:00:00'], [[-60_000, 0], '14:29:00', '14:30:00'], [[NOW - 5000, NOW - 1000], '14:29:55', '14:29:59'], ['around noon', '11:30:00', '12:30:00'], ['last 10 minutes', '14:20:00', '14:30:00'],
    // what lies ahead of it is left out
    ['today', '00:00:00', '14:30:00'], ['14:00-15:00', '14:00:00', '14:30:00'],
  ] as const)('%j', (range, from, to) => {
    expect(of(range as never)).toEqual([from, to]);
  });

  test('in seconds', () => {
    expect(of([-90, -30], 's')).toEqual(['14:28:30', '14:29:30']);
    expect(of([NOW / 1000 - 10, NOW / 1000], 's')).toEqual(['14:29:50', '14:30:00']);
  });

  test('is its last seconds where nothing is said, or now; they reach back to what moved last', () => {
    for (const range of [undefined, 'now', 'Now', '现在'] as const) expect(of(range)).toEqual(['14:29:40', '14:30:00']);
    expect(of('now', 'ms', NOW - 60_000)).toEqual(['14:28:40', '14:30:00']);
  });

  test('tells how it was understood, in the zone that is asked for', () => {
    expect(cameraRange({ time_range: 'yesterday around noon', timestamp_unit: 'ms', timezone: 'Europe/Berlin' }, NOW).understood).toBe('2026-11-21 11:30:00 – 12:30:00 (Europe/Berlin)');
    expect(cameraRange({ time_range: 'last night', timestamp_unit: 'ms', timezone: 'Asia/Shanghai' }, NOW).understood).toBe('2026-11-21 18:00:00 – 2026-11-22 05:59:59 (Asia/Shanghai)');
  });

  test.each([
    ['next 10 seconds', 'RANGE_AHEAD'], ['接下来10秒', 'RANGE_AHEAD'], [['2026-12-01T10:00Z', '2026-12-01T11:00Z'], 'RANGE_AHEAD'], ['tomorrow', 'RANGE_AHEAD'], [[15_000, 20_000], 'USAGE'], [[NOW, NOW - 5], 'USAGE'], ['phone', 'TIME_UNPARSABLE'], [['phone', 'now'], 'TIME_UNPARSABLE'],
  ] as const)('%j is none', (range, code) => {
    expect(() => of(range as never)).toThrow(new RegExp(`^${code}`));
  });
});

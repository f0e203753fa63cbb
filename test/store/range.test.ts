import { describe, expect, it } from 'vitest';
import { isTwoEnded, parseRange } from '../../src/store/range.ts';
import { parseWhen } from '../../src/store/when.ts';
import { inZone } from './inZone.ts';

/** Sunday 22 November 2026, 14:30:00, local time, whatever the zone of the machine. */
const NOW = new Date(2026, 10, 22, 14, 30);

function local(stamp: string): number {
  const [day = '', clock = '00:00'] = stamp.split(' ');
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const [hour = 0, minute = 0, second = 0] = clock.split(':').map(Number);
  return new Date(year, month - 1, date, hour, minute, 0, Math.round(second * 1000)).getTime();
}

describe('two ends', () => {
  it.each([
    ['between 2pm and 3pm', '2026-11-22 14:00', '2026-11-22 15:00'], ['between 2 and 3pm', '2026-11-22 14:00', '2026-11-22 15:00'],
    ['14:00-14:20', '2026-11-22 14:00', '2026-11-22 14:20'], ['14:00 – 14:20', '2026-11-22 14:00', '2026-11-22 14:20'], ['2-3pm', '2026-11-22 14:00', '2026-11-22 15:00'],
    ['11am-1pm', '2026-11-22 11:00', '2026-11-22 13:00'], ['9-17', '2026-11-22 09:00', '2026-11-22 17:00'], ['10:00:05-10:00:20', '2026-11-22 10:00:05', '2026-11-22 10:00:20'],
    ['Yesterday between 2pm and 3pm', '2026-11-21 14:00', '2026-11-21 15:00'], ['yesterday 14:00-14:20', '2026-11-21 14:00', '2026-11-21 14:20'],
    ['2026-11-21 14:00-14:20', '2026-11-21 14:00', '2026-11-21 14:20'], ['2026-11-21T14:00/15:00', '2026-11-21 14:00', '2026-11-21 15:00'],
    ['2026-11-21T14:00/2026-11-21T15:00', '2026-11-21 14:00', '2026-11-21 15:00'], ['Nov 3 from 2pm to 3pm', '2026-11-03 14:00', '2026-11-03 15:00'],
    ['on monday from 9 to 10:30', '2026-11-16 09:00', '2026-11-16 10:30'], ['from yesterday 3pm until now', '2026-11-21 15:00', '2026-11-22 14:30'],
    ['monday to wednesday', '2026-11-16', '2026-11-18 23:59:59.999'], ['2026-11-01 to 2026-11-05', '2026-11-01', '2026-11-05 23:59:59.999'],
    ['2026-11-01 - 2026-11-05', '2026-11-01', '2026-11-05 23:59:59.999'], ['2026-11-01..2026-11-05', '2026-11-01', '2026-11-05 23:59:59.999'],
    ['from 10 minutes ago to 5 minutes ago', '2026-11-22 14:20', '2026-11-22 14:25'],
    ['yesterday 22:00-06:00', '2026-11-21 22:00', '2026-11-22 06:00'], ['22:00-06:00', '2026-11-21 22:00', '2026-11-22 06:00'],
    ['昨天下午2点到3点', '2026-11-21 14:00', '2026-11-21 15:00'], ['昨天下午两点到四点半', '2026-11-21 14:00', '2026-11-21 16:30'], ['今天14:00到15:00', '2026-11-22 14:00', '2026-11-22 15:00'],
    ['从昨天晚上10点到今天早上6点', '2026-11-21 22:00', '2026-11-22 06:00'], ['晚上10点至凌晨2点', '2026-11-21 22:00', '2026-11-22 02:00'], ['8点-9点', '2026-11-22 08:00', '2026-11-22 09:00'],
  ])('%s', (text, from, to) => {
    const found = parseRange(text, NOW);
    expect([new Date(found.from), new Date(found.to)]).toEqual([new Date(local(from)), new Date(local(to))]);
    expect(isTwoEnded(text, NOW)).toBe(true);
  });
});

describe('one expression', () => {
  it.each([
    ['yesterday afternoon', '2026-11-21 12:00', '2026-11-21 17:59:59.999'], ['last week', '2026-11-09', '2026-11-15 23:59:59.999'], ['上周', '2026-11-09', '2026-11-15 23:59:59.999'],
    ['last 10 minutes', '2026-11-22 14:20', '2026-11-22 14:30'], ['2026-11', '2026-11-01', '2026-11-30 23:59:59.999'],
    ['10 minutes ago', '2026-11-22 14:20', '2026-11-22 14:30'], ['yesterday 3pm', '2026-11-21 15:00', '2026-11-22 14:30'],
  ])('%s: a stretch as it is, a moment until now', (text, from, to) => {
    const found = parseRange(text, NOW);
    expect([new Date(found.from), new Date(found.to)]).toEqual([new Date(local(from)), new Date(local(to))]);
    expect(isTwoEnded(text, NOW)).toBe(false);
  });

  it.each(['', 'foo', 'between', '3pm to foo', 'foo to 3pm', '9 to 5', 'to', '-', '/', 'from to', 'between and', "'; DROP TABLE events", 'a'.repeat(10_000), `${'1-'.repeat(200)}`, '2pm to 3pm to 4pm', '14:00-25:00', '14:00-14:75'])('is no stretch: %s', (text) => {
    expect(() => parseRange(text, NOW)).toThrow(/^TIME_UNPARSABLE: ".*" is no stretch of time I can read\./);
  });
});

describe('another zone, at the end', () => {
  const read = (zone: string): string[] => inZone(zone, () => {
    const now = new Date(Date.UTC(2026, 10, 22, 12));
    const moments = ['yesterday 3pm utc', 'yesterday 3pm UTC+8', '昨天下午3点 Asia/Shanghai', 'yesterday 15:00 America/New_York', '2026-07-01 15:00 Europe/Berlin', '2026-11-21T15:00 +05:30'];
    const { from, to } = parseRange('yesterday 3pm-4pm Asia/Shanghai', now);
    return [...moments.map((text) => parseWhen(text, now)), from, to].map((at) => new Date(at).toISOString());
  });

  it.each(['UTC', 'America/Los_Angeles', 'Asia/Kolkata'])('means the same from %s', (zone) => {
    expect(read(zone)).toEqual([
      '2026-11-21T15:00:00.000Z', '2026-11-21T07:00:00.000Z', '2026-11-21T07:00:00.000Z', '2026-11-21T20:00:00.000Z', '2026-07-01T13:00:00.000Z', '2026-11-21T09:30:00.000Z',
      '2026-11-21T07:00:00.000Z', '2026-11-21T08:00:00.000Z',
    ]);
  });

  it.each(['3pm Mars/Olympus', 'yesterday 3pm +25:00', 'Asia/Shanghai', 'utc', '12 -3'])('that there is not, or without a time: %s', (text) => {
    expect(() => parseWhen(text, NOW)).toThrow(/^TIME_UNPARSABLE/);
  });
});

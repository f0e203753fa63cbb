import { describe, expect, it } from 'vitest';
import { parseRange } from '../../src/store/range.ts';
import { parseStretch } from '../../src/store/stretch.ts';
import { inZone } from './inZone.ts';

/** Sunday 22 November 2026, 14:30:00, local time, whatever the zone of the machine. */
const NOW = new Date(2026, 10, 22, 14, 30);

function local(stamp: string): Date {
  const [day = '', clock = '00:00'] = stamp.split(' ');
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const [hour = 0, minute = 0, second = 0] = clock.split(':').map(Number);
  return new Date(year, month - 1, date, hour, minute, 0, Math.round(second * 1000));
}

const near = (at: number): Date => new Date(Math.round(at / 1000) * 1000);

describe('times said vaguely are stretches as wide as they are vague', () => {
  it.each([
    ['around noon', '2026-11-22 11:30', '2026-11-22 12:30'], ['yesterday around noon', '2026-11-21 11:30', '2026-11-21 12:30'], ['around noon yesterday', '2026-11-21 11:30', '2026-11-21 12:30'],
    ['monday around noon', '2026-11-16 11:30', '2026-11-16 12:30'], ['around midnight', '2026-11-21 23:30', '2026-11-22 00:30'], ['about 2pm', '2026-11-22 13:30', '2026-11-22 14:30'],
    ['yesterday at about 3:15pm', '2026-11-21 15:00', '2026-11-21 15:30'], ['around 14:07', '2026-11-22 14:02', '2026-11-22 14:12'], ['yesterday 3pm or so', '2026-11-21 14:30', '2026-11-21 15:30'],
    ['about 3pm', '2026-11-22 14:30', '2026-11-22 15:30'], ['around 10 minutes ago', '2026-11-22 14:18', '2026-11-22 14:22'], ['about an hour ago', '2026-11-22 13:18', '2026-11-22 13:42'],
    ['a few minutes ago', '2026-11-22 14:22', '2026-11-22 14:29'], ['a couple of hours ago', '2026-11-22 10:30', '2026-11-22 13:30'], ['several days ago', '2026-11-10 14:30', '2026-11-20 14:30'],
    ['a few seconds ago', '2026-11-22 14:29:30', '2026-11-22 14:30'], ['just now', '2026-11-22 14:25', '2026-11-22 14:30'], ['a moment ago', '2026-11-22 14:25', '2026-11-22 14:30'],
    ['recently', '2026-11-22 13:30', '2026-11-22 14:30'], ['earlier today', '2026-11-22 00:00', '2026-11-22 14:30'],
    ['early this morning', '2026-11-22 05:00', '2026-11-22 08:00'], ['early yesterday morning', '2026-11-21 05:00', '2026-11-21 08:00'], ['late last night', '2026-11-21 22:00', '2026-11-22 04:00'],
    ['yesterday late afternoon', '2026-11-21 15:30', '2026-11-21 18:00'], ['late afternoon', '2026-11-21 15:30', '2026-11-21 18:00'], ['mid-morning', '2026-11-22 08:00', '2026-11-22 10:30'],
    ['lunchtime', '2026-11-22 11:30', '2026-11-22 13:30'], ['yesterday at lunchtime', '2026-11-21 11:30', '2026-11-21 13:30'], ['dusk', '2026-11-21 17:00', '2026-11-21 20:00'], ['overnight', '2026-11-21 18:00', '2026-11-22 06:00'],
    ['中午前后', '2026-11-22 11:00', '2026-11-22 13:00'], ['昨天中午前后', '2026-11-21 11:00', '2026-11-21 13:00'], ['昨天下午3点左右', '2026-11-21 14:30', '2026-11-21 15:30'],
    ['大约昨天下午3点', '2026-11-21 14:30', '2026-11-21 15:30'], ['昨天下午三點半左右', '2026-11-21 15:15', '2026-11-21 15:45'], ['大约10分钟前', '2026-11-22 14:18', '2026-11-22 14:22'], ['十分钟前左右', '2026-11-22 14:18', '2026-11-22 14:22'],
    ['几分钟前', '2026-11-22 14:22', '2026-11-22 14:29'], ['几个小时前', '2026-11-22 06:30', '2026-11-22 13:30'], ['不久前', '2026-11-22 13:30', '2026-11-22 14:30'], ['刚才', '2026-11-22 14:25', '2026-11-22 14:30'],
    ['今天早些时候', '2026-11-22 00:00', '2026-11-22 14:30'], ['昨天下午晚些时候', '2026-11-21 15:30', '2026-11-21 18:00'], ['一大早', '2026-11-22 05:00', '2026-11-22 08:00'],
    ['昨天午饭时间', '2026-11-21 11:30', '2026-11-21 13:30'], ['昨晚', '2026-11-21 18:00', '2026-11-22 06:00'], ['last night', '2026-11-21 18:00', '2026-11-22 06:00'],
  ])('%s', (text, from, to) => {
    for (const read of [parseStretch, parseRange]) expect([near(read(text, NOW).from), near(read(text, NOW).to)]).toEqual([local(from), local(to)]);
  });

  it.each([
    ['10 minutes ago', '2026-11-22 14:19', '2026-11-22 14:21'], ['十分钟前', '2026-11-22 14:19', '2026-11-22 14:21'], ['yesterday 3pm', '2026-11-21 14:55', '2026-11-21 15:05'], ['昨天下午3点', '2026-11-21 14:55', '2026-11-21 15:05'],
    ['14:05', '2026-11-22 14:04', '2026-11-22 14:06'], ['2026-11-21T15:07:12', '2026-11-21 15:06:57', '2026-11-21 15:07:27'], ['noon', '2026-11-22 11:55', '2026-11-22 12:05'],
  ])('a moment by itself is what lies around it: %s', (text, from, to) => {
    expect([near(parseStretch(text, NOW).from), near(parseStretch(text, NOW).to)]).toEqual([local(from), local(to)]);
  });

  it('of a time that is about to come, today’s is meant', () => {
    const soon = new Date(2026, 10, 22, 11, 50);
    expect(near(parseStretch('around noon', soon).from)).toEqual(local('2026-11-22 11:30'));
    expect(near(parseStretch('around noon', new Date(2026, 10, 22, 11, 10)).from)).toEqual(local('2026-11-21 11:30'));
  });

  it.each(['around', 'about the weather', 'around foo', 'early', 'late', 'a few ago', 'a few phones ago', '左右', '电话左右', '几个电话前', 'early tomorrow phone', `around ${'1'.repeat(90)}`])('is no time: %s', (text) => {
    expect(() => parseStretch(text, NOW)).toThrow(/^TIME_UNPARSABLE/);
  });
});

it('keeps the clock over changes to and from summer time', () => {
  // on 25 October 2026 clocks in Berlin went from 3:00 back to 2:00, on 29 March from 2:00 to 3:00
  const said = inZone('Europe/Berlin', () => {
    const [autumn, spring] = [new Date(2026, 9, 25, 14), new Date(2026, 2, 29, 14)];
    const hours = (text: string, now: Date): number => {
      const { from, to } = parseStretch(text, now);
      return Math.round((to - from) / 360_000) / 10;
    };
    const iso = (text: string, now: Date): string => new Date(Math.round(parseStretch(text, now).from / 1000) * 1000).toISOString().slice(0, 16);
    return [
      hours('last night', autumn), hours('昨晚', autumn), hours('last night', spring), hours('overnight', spring), hours('around noon', autumn),
      iso('around noon', autumn), iso('中午前后', autumn), iso('around noon', spring), iso('early this morning', autumn), iso('early this morning', spring),
      hours('yesterday 22:00-06:00', autumn), hours('yesterday 22:00-06:00', spring), hours('昨天晚上10点到今天早上6点', spring),
    ];
  });
  expect(said).toEqual([
    13, 13, 11, 11, 1,
    '2026-10-25T10:30', '2026-10-25T10:00', '2026-03-29T09:30', '2026-10-25T04:00', '2026-03-29T03:00',
    9, 7, 7,
  ]);
});

it('means the same in another zone, at the end', () => {
  const at = parseStretch('2026-11-21 around 15:00 Asia/Shanghai', NOW);
  expect(new Date(at.from).toISOString()).toBe('2026-11-21T06:30:00.000Z');
  expect(new Date(parseStretch('2026-11-21 15:00 Asia/Shanghai', NOW).from).toISOString()).toBe('2026-11-21T06:55:00.000Z');
});

import { describe, expect, it } from 'vitest';
import { parseWhen } from '../../src/store/when.ts';
import { inZone } from './inZone.ts';

/** Sunday 22 November 2026, 14:30:00, local time, whatever the zone of the machine. */
const NOW = new Date(2026, 10, 22, 14, 30);
const HOUR = 3_600_000;

function local(day: string, clock = '00:00:00.000'): number {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const [hour = 0, minute = 0, second = 0] = clock.split(':').map(Number);
  return new Date(year, month - 1, date, hour, minute, 0, Math.round(second * 1000)).getTime();
}
const since = (text: string): number => parseWhen(text, NOW);
const until = (text: string): number => parseWhen(text, NOW, 'until');

describe('moments: since and until are the same', () => {
  it.each([
    ['now', '2026-11-22', '14:30'], ['2026-01-31T14:05', '2026-01-31', '14:05'], ['2026-01-31 14:05:07.25', '2026-01-31', '14:05:07.25'],
    ['10 minutes ago', '2026-11-22', '14:20'], ['1.5 hours ago', '2026-11-22', '13:00'], ['half an hour ago', '2026-11-22', '14:00'],
    ['3 hours and 10 minutes ago', '2026-11-22', '11:20'], ['two weeks ago', '2026-11-08', '14:30'], ['an hour ago', '2026-11-22', '13:30'], ['twelve days ago', '2026-11-10', '14:30'], ['1 month ago', '2026-10-22', '14:30'],
    ['10m', '2026-11-22', '14:20'], ['2h30m', '2026-11-22', '12:00'], ['1d 6h ago', '2026-11-21', '08:30'],
    ['yesterday 3pm', '2026-11-21', '15:00'], ['  Yesterday  at 3 PM ', '2026-11-21', '15:00'], ['yesterday at 15:04:05.250', '2026-11-21', '15:04:05.25'],
    ['since yesterday at 3 in the afternoon', '2026-11-21', '15:00'], ['last monday at 9', '2026-11-16', '09:00'], ['noon', '2026-11-22', '12:00'],
    ['Nov 3 2pm', '2026-11-03', '14:00'], ['2026-11-03 2pm', '2026-11-03', '14:00'],
    ['昨天下午3点', '2026-11-21', '15:00'], ['昨天 下午 三 点 十 分', '2026-11-21', '15:10'], ['10分钟前', '2026-11-22', '14:20'],
    ['十分钟之前', '2026-11-22', '14:20'], ['今天早上八点半', '2026-11-22', '08:30'], ['三小时前', '2026-11-22', '11:30'],
    ['半个小时前', '2026-11-22', '14:00'], ['两个半小时前', '2026-11-22', '12:00'], ['1小时30分钟前', '2026-11-22', '13:00'],
    ['两天前', '2026-11-20', '14:30'], ['一个月前', '2026-10-22', '14:30'], ['一年半前', '2025-05-22', '14:30'], ['三十秒前', '2026-11-22', '14:29:30'],
    ['十点一刻', '2026-11-22', '10:15'], ['2026年1月31日 14:05', '2026-01-31', '14:05'], ['昨晚9点', '2026-11-21', '21:00'],
    ['昨晚十二点', '2026-11-22', '00:00'], ['昨晚1点', '2026-11-22', '01:00'], ['凌晨两点', '2026-11-22', '02:00'], ['凌晨12点', '2026-11-22', '00:00'],
    ['中午12点', '2026-11-22', '12:00'], ['昨天中午1点', '2026-11-21', '13:00'], ['下午两点零五分', '2026-11-22', '14:05'],
    ['昨天下午３：３０', '2026-11-21', '15:30'], ['上週三晚上8點', '2026-11-11', '20:00'], ['十一月三号8时5分30秒', '2026-11-03', '08:05:30'],
    ['从昨天下午3点开始', '2026-11-21', '15:00'], ['現在', '2026-11-22', '14:30'], ['2026-11-03 下午3点', '2026-11-03', '15:00'],
  ])('%s', (text, day, clock) => {
    expect(new Date(since(text))).toEqual(new Date(local(day, clock)));
    expect(until(text)).toBe(since(text));
  });

  it('with a zone, or counted from the epoch', () => {
    expect(since('2026-01-31T14:05:00.250Z')).toBe(Date.UTC(2026, 0, 31, 14, 5, 0, 250));
    expect(since('2026-01-31T14:05+08:00')).toBe(Date.UTC(2026, 0, 31, 6, 5));
    expect(since('2026-01-31 14:05:00 -0530')).toBe(Date.UTC(2026, 0, 31, 19, 35));
    expect(since('1793370600')).toBe(1_793_370_600_000);
    expect(since('1793370600123')).toBe(1_793_370_600_123);
  });
});

describe('stretches: since is the first millisecond and until the last', () => {
  it.each([
    ['yesterday', '2026-11-21', '00:00', '2026-11-21', '23:59:59.999'], ['today', '2026-11-22', '00:00', '2026-11-22', '23:59:59.999'],
    ['the day before yesterday', '2026-11-20', '00:00', '2026-11-20', '23:59:59.999'], ['2026-01-31', '2026-01-31', '00:00', '2026-01-31', '23:59:59.999'],
    ['2026-02', '2026-02-01', '00:00', '2026-02-28', '23:59:59.999'], ['last week', '2026-11-09', '00:00', '2026-11-15', '23:59:59.999'],
    ['this week', '2026-11-16', '00:00', '2026-11-22', '23:59:59.999'], ['last month', '2026-10-01', '00:00', '2026-10-31', '23:59:59.999'],
    ['last 10 minutes', '2026-11-22', '14:20', '2026-11-22', '14:30'], ['past hour', '2026-11-22', '13:30', '2026-11-22', '14:30'],
    ['this morning', '2026-11-22', '05:00', '2026-11-22', '11:59:59.999'], ['yesterday afternoon', '2026-11-21', '12:00', '2026-11-21', '17:59:59.999'],
    ['last night', '2026-11-21', '18:00', '2026-11-22', '05:59:59.999'], ['monday', '2026-11-16', '00:00', '2026-11-16', '23:59:59.999'],
    ['monday evening', '2026-11-16', '17:00', '2026-11-16', '23:59:59.999'], ['dec 3', '2025-12-03', '00:00', '2025-12-03', '23:59:59.999'],
    ['22/11/2026', '2026-11-22', '00:00', '2026-11-22', '23:59:59.999'], ['11/22/2026', '2026-11-22', '00:00', '2026-11-22', '23:59:59.999'],
    ['上周', '2026-11-09', '00:00', '2026-11-15', '23:59:59.999'], ['上个月', '2026-10-01', '00:00', '2026-10-31', '23:59:59.999'],
    ['去年', '2025-01-01', '00:00', '2025-12-31', '23:59:59.999'], ['二〇二六年三月', '2026-03-01', '00:00', '2026-03-31', '23:59:59.999'],
    ['12月', '2025-12-01', '00:00', '2025-12-31', '23:59:59.999'], ['前天晚上', '2026-11-20', '18:00', '2026-11-21', '05:59:59.999'],
    ['周一下午', '2026-11-16', '12:00', '2026-11-16', '17:59:59.999'], ['上个礼拜三', '2026-11-11', '00:00', '2026-11-11', '23:59:59.999'],
    ['上个月三号', '2026-10-03', '00:00', '2026-10-03', '23:59:59.999'], ['去年11月3日', '2025-11-03', '00:00', '2025-11-03', '23:59:59.999'],
    ['最近一周', '2026-11-15', '14:30', '2026-11-22', '14:30'], ['过去两小时', '2026-11-22', '12:30', '2026-11-22', '14:30'],
    ['刚才', '2026-11-22', '14:25', '2026-11-22', '14:30'], ['大前天', '2026-11-19', '00:00', '2026-11-19', '23:59:59.999'],
  ])('%s', (text, day, clock, lastDay, lastClock) => {
    expect(new Date(since(text))).toEqual(new Date(local(day, clock)));
    expect(new Date(until(text))).toEqual(new Date(local(lastDay, lastClock)));
  });

  it.each(['3pm', '15:00', '下午3点', '15点'])('%s, still ahead today: yesterday’s as since, today’s as until', (text) => {
    expect(new Date(since(text))).toEqual(new Date(local('2026-11-21', '15:00')));
    expect(new Date(until(text))).toEqual(new Date(local('2026-11-22', '15:00')));
  });
});

describe('what is no time', () => {
  it.each([
    '', ' ', 'foo', 'phone', '电话', '昨天电话', 'yesterday at 25:00', '31 Nov', '2026-02-30', '2026-13-01', '2026-01-31T25:00', '2026-01-31T14:61', '12',
    '2025', '25点', '8点75分', '2月30日', '13月3日', '10/11/2026', 'from 3pm to 4pm', 'yesterday and today', 'NaN', '-1', '1e9', "'; DROP TABLE events",
    'a'.repeat(10_000), '1'.repeat(50), '9'.repeat(30) + ' years ago', '一'.repeat(90),
  ].map((text) => [text.slice(0, 40), text] as const))('is refused: %s', (_shown, text) => {
    for (const edge of ['since', 'until'] as const) expect(() => parseWhen(text, NOW, edge)).toThrow(/^TIME_UNPARSABLE: ".*" is no time I can read\. Write a time as /);
  });
});

/** The next of a fixed sequence of numbers below `n`: every run tries the same ones. */
function sequence(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

const chinese = (n: number): string => {
  const digits = '零一二三四五六七八九';
  const ones = n % 10 ? digits.charAt(n % 10) : '';
  return n < 10 ? digits.charAt(n) : `${n < 20 ? '' : digits.charAt(Math.floor(n / 10))}十${ones}`;
};

describe('whatever the time', () => {
  it('one that is written as ISO comes back, to the millisecond', () => {
    const next = sequence(7);
    for (let i = 0; i < 300; i++) {
      const at = new Date(2000 + next(40), next(12), 1 + next(28), next(24), next(60), next(60), next(1000));
      expect(since(at.toISOString())).toBe(at.getTime());
    }
  });

  it('the same time in digits, in Chinese numerals and in English is the same', () => {
    const next = sequence(11);
    for (let i = 0; i < 300; i++) {
      const [month, day, hour, minute] = [1 + next(12), 1 + next(28), next(24), 1 + next(59)];
      const expected = new Date(2025, month - 1, day, hour, minute).getTime();
      const pad = (n: number): string => String(n).padStart(2, '0');
      for (const text of [
        `2025年${month}月${day}日${hour}点${minute}分`, `二〇二五年${chinese(month)}月${chinese(day)}号${chinese(hour)}点${chinese(minute)}`,
        `去年${month}月${day}号${pad(hour)}:${pad(minute)}`, `2025-${pad(month)}-${pad(day)} ${pad(hour)}:${pad(minute)}`,
      ]) expect([text, new Date(since(text))]).toEqual([text, new Date(expected)]);
    }
  });

  it('so long ago is the same in every tongue, and never ahead', () => {
    const next = sequence(13);
    for (let i = 0; i < 200; i++) {
      const n = 1 + next(59);
      for (const text of [`${n} minutes ago`, `${n}m`, `${n}分钟前`, `${chinese(n)}分钟以前`, `最近${chinese(n)}分钟`, `last ${n} minutes`]) {
        expect([text, since(text)]).toEqual([text, NOW.getTime() - n * 60_000]);
      }
    }
  });

  it('since is never after until', () => {
    const days = ['', '昨天', '前天', '周三', '上周五', '11月3日', '今'];
    const parts = ['', '早上', '中午', '下午', '晚上', '凌晨'];
    for (const day of days) for (const part of parts) {
      if (day + part === '' || day + part === '今' || (day === '今' && !/^[早晚]/.test(part))) continue;
      expect([day + part, until(day + part) > since(day + part)]).toEqual([day + part, true]);
    }
  });
});

it.each([
  ['Asia/Shanghai', '2026-11-21T07:00:00.000Z'], ['America/New_York', '2026-11-21T20:00:00.000Z'], ['Asia/Kolkata', '2026-11-21T09:30:00.000Z'],
])('is local time in %s', (zone, expected) => {
  const all = inZone(zone, () => ['昨天下午3点', 'yesterday 3pm', '2026-11-21T15:00'].map((text) => new Date(parseWhen(text, new Date(Date.UTC(2026, 10, 22, 12)))).toISOString()));
  expect([...new Set(all)]).toEqual([expected]);
});

it('keeps the clock through the change to winter time', () => {
  const said = inZone('Europe/Berlin', () => {
    const now = new Date(2026, 9, 26, 12);
    return [...['two days ago', '2天前', 'yesterday', '昨天'].map((text) => parseWhen(text, now, 'since')), parseWhen('昨天', now, 'until') + 1 - parseWhen('昨天', now)];
  });
  const noon = Date.UTC(2026, 9, 24, 10);
  const midnight = Date.UTC(2026, 9, 24, 22);
  expect(said).toEqual([noon, noon, midnight, midnight, 25 * HOUR]);
});

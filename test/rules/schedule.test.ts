import { describe, expect, test } from 'vitest';
import { inSchedule, openings } from '../../src/rules/schedule.ts';
import { instantOf, wallOf } from '../../src/rules/zone.ts';
import { event, Play, rule, T0 } from './script.ts';
import { cases } from '../thorough.ts';

const scheduled = (text: string) => rule(`it rings twice\nschedule: { ${text} }`);
const at = (iso: string): number => Date.parse(iso);

describe('a schedule', () => {
  test.each([
    // 2026-03-02 is a Monday
    ['hours: 08:00-18:00, timezone: UTC', '2026-03-02T08:00:00Z', true],
    ['hours: 08:00-18:00, timezone: UTC', '2026-03-02T07:59:59.999Z', false],
    ['hours: 08:00-18:00, timezone: UTC', '2026-03-02T17:59:59.999Z', true],
    ['hours: 08:00-18:00, timezone: UTC', '2026-03-02T18:00:00Z', false],
    ['hours: 22:00-06:00, timezone: UTC', '2026-03-02T23:00:00Z', true],
    ['hours: 22:00-06:00, timezone: UTC', '2026-03-02T05:59:59Z', true],
    ['hours: 22:00-06:00, timezone: UTC', '2026-03-02T06:00:00Z', false],
    ['days: fri, hours: 22:00-06:00, timezone: UTC', '2026-03-07T03:00:00Z', true], // Friday's night
    ['days: fri, hours: 22:00-06:00, timezone: UTC', '2026-03-06T03:00:00Z', false], // Thursday's
    ['days: mon-fri, timezone: UTC', '2026-03-07T00:00:00Z', false],
    ['days: mon-fri, timezone: UTC', '2026-03-06T23:59:59Z', true],
    ['days: mon, timezone: Asia/Shanghai', '2026-03-01T16:00:00Z', true], // Monday begins there
    ['days: mon, timezone: Asia/Shanghai', '2026-03-02T16:00:00Z', false],
    ['hours: 09:00-10:00, timezone: Asia/Kolkata', '2026-03-02T03:30:00Z', true], // +05:30
    ['hours: 09:00-10:00, timezone: America/New_York', '2026-07-01T13:00:00Z', true], // summer, -04:00
    ['hours: 09:00-10:00, timezone: America/New_York', '2026-12-01T13:00:00Z', false], // winter, -05:00
    ['hours: [08:00-12:00, 13:00-24:00], timezone: UTC', '2026-03-02T12:30:00Z', false],
    ['hours: [08:00-12:00, 13:00-24:00], timezone: UTC', '2026-03-02T23:59:59Z', true],
    ['timezone: UTC', '2026-03-02T12:30:00Z', true],
  ])('{ %s } at %s: %s', (text, time, open) => {
    expect(inSchedule(scheduled(text), at(time))).toBe(open);
  });

  // Berlin 2026: 29 March 02:00 → 03:00, 25 October 03:00 → 02:00
  test.each([
    ['hours: 01:00-04:00', '2026-03-29', [['2026-03-29T00:00:00Z', '2026-03-29T02:00:00Z']]], // two hours
    ['hours: 02:00-03:00', '2026-03-29', []], // an hour that there is not
    ['hours: 02:30-04:00', '2026-03-29', [['2026-03-29T01:00:00Z', '2026-03-29T02:00:00Z']]], // opens when clocks skip it
    ['hours: 01:00-04:00', '2026-10-25', [['2026-10-24T23:00:00Z', '2026-10-25T03:00:00Z']]], // four hours
    ['hours: 02:00-03:00', '2026-10-25', [['2026-10-25T00:00:00Z', '2026-10-25T02:00:00Z']]], // an hour that comes twice
    ['hours: 22:00-06:00', '2026-10-25', [['2026-10-24T20:00:00Z', '2026-10-25T05:00:00Z'], ['2026-10-25T21:00:00Z', '2026-10-26T05:00:00Z']]],
  ])('{ %s } in Berlin on %s', (text, day, spans) => {
    const from = at(`${day}T00:00:00Z`) - 2 * 3_600_000;
    const found = openings(scheduled(`${text}, timezone: Europe/Berlin`), from, from + 86_400_000);
    expect(found.map((span) => [new Date(span.from).toISOString().replace('.000', ''), new Date(span.to).toISOString().replace('.000', '')])).toEqual(spans);
  });

  test.each(['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Shanghai', 'Asia/Kathmandu', 'America/St_Johns', 'Africa/Casablanca', 'Pacific/Apia', 'UTC'])(
    'through a year in %s, an opening is exactly when clocks show its hours',
    (timezone) => {
      const one = scheduled(`hours: 22:15-05:45, timezone: ${timezone}`);
      for (let time = at('2026-01-01T00:07:00Z'); time < at('2027-01-01T00:00:00Z'); time += cases(97, 37) * 60_000) {
        const minutes = Math.floor(wallOf(time, timezone) / 60_000) % 1440;
        expect(inSchedule(one, time), new Date(time).toISOString()).toBe(minutes >= 22 * 60 + 15 || minutes < 5 * 60 + 45);
      }
    },
  );

  test('an instant is found again by what clocks show', () => {
    for (const timezone of ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'UTC']) {
      for (let time = at('2026-01-01T00:00:00Z'); time < at('2027-01-01T00:00:00Z'); time += 7 * 3_600_000) {
        const wall = new Date(wallOf(time, timezone));
        const day = { year: wall.getUTCFullYear(), month: wall.getUTCMonth(), day: wall.getUTCDate() };
        const minutes = wall.getUTCHours() * 60 + wall.getUTCMinutes();
        expect([instantOf(day, minutes, timezone, 'first'), instantOf(day, minutes, timezone, 'last')]).toContain(time);
      }
    }
  });

  test('many days of the same opening are one, from its true beginning', () => {
    const [span, ...others] = openings(scheduled('days: mon-fri, timezone: UTC'), at('2026-03-05T12:00:00Z'), at('2026-03-05T13:00:00Z'));
    expect(others).toEqual([]);
    expect(span).toEqual({ from: at('2026-03-02T00:00:00Z'), to: at('2026-03-07T00:00:00Z') });
  });
});

describe('the event’s time decides', () => {
  const PHONE = 'a person takes a phone';
  const NIGHT = 'someone takes a phone\nschedule: { hours: 12:00-12:10, timezone: UTC }';

  test.each([[-0.5, []], [0, ['e @0']], [599.9, ['e @599.9']], [600, []]])('an event that begins %s s after the opening', (start, news) => {
    const p = new Play(NIGHT);
    p.clock = 300;
    expect(p.tell(event('e', PHONE, start, start + 5)).news).toEqual(news);
    expect(p.decided).toEqual(news.length > 0 ? ['alerted e'] : ['out_of_schedule e']);
  });

  test('and what is out of schedule is not asked about', () => {
    expect(new Play(NIGHT).tell(event('e', PHONE, -5)).asked).toEqual([]);
  });

  test('a rule is over at its last moment', () => {
    const p = new Play('someone takes a phone\nuntil: 2026-03-02T12:00:10Z').tell(event('e', PHONE, 9), event('f', PHONE, 10));
    expect(p.news).toEqual(['e @9']);
    expect(p.decided).toEqual(['alerted e', 'out_of_schedule f']);
  });

  test('and silent while it is snoozed; what was told before still gets its end', () => {
    const e = event('e', PHONE, 0, 5);
    const p = new Play('someone takes a phone').tell(e);
    p.rules = [rule('someone takes a phone\nsnoozed_until: 2026-03-02T12:10:00Z')];
    p.tell(event('f', PHONE, 599), { ...e, phase: 'end', end: T0 + 7000 }, event('g', PHONE, 600));
    expect(p.told).toEqual(['new e @0', 'end e @0', 'new g @600']);
    expect(p.decided).toEqual(['alerted e', 'snoozed f: until 2026-03-02T12:10:00.000Z', 'alerted g']);
  });
});

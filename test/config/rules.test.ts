import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { rulesJsonSchema } from '../../src/config/jsonSchema.ts';
import { parseSource, readSource } from '../../src/config/document.ts';
import { rulesOf } from '../../src/config/rules.ts';
import { describeRule } from '../../src/rules/describe.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { faultOf } from './folder.ts';

const ROOT = join(import.meta.dirname, '../../rules');

function rule(yaml: string): Rule {
  const [loaded] = rulesOf(parseSource(`alert: someone takes a phone\n${yaml}\n`, join(process.cwd(), 'r.yaml')));
  if (!loaded) throw new Error('no rule');
  return loaded.rule;
}

const fault = (yaml: string): string => {
  const { code, detail } = faultOf(() => rule(yaml));
  return `${code} ${detail}`;
};

describe('lengths of time', () => {
  test.each([
    ['30', 30], ['30s', 30], ['0.5s', 0.5], ['5m', 300], ['5 min', 300], ['1h30m', 5400], ['1h 30m', 5400], ['2 hours', 7200], ['1d', 86_400], ['0', 0],
  ])('cooldown: %s', (text, seconds) => {
    expect(rule(`cooldown: ${text}`).cooldown).toBe(seconds);
  });

  test.each(['soon', '5x', '-3', '30s later', '1e999', '""', '[30]', '5m5', 'null'])('not %s', (text) => {
    expect(fault(`cooldown: ${text}`)).toMatch(/^CONFIG_INVALID r\.yaml:2:1: cooldown: must be (a length of time: seconds, or 30s, 5m, 1h30m|from 0s to 365d)\.$/);
  });
});

describe('counts', () => {
  test.each([['3 in 5m', { times: 3, within: 300 }], ['2 within 1h30m', { times: 2, within: 5400 }], ['10 in 30 s', { times: 10, within: 30 }]])('%s', (text, count) => {
    expect(rule(`count: ${text}`).count).toEqual(count);
  });

  test.each([
    ['3', 'must be written as 3 in 5m'], ['three in 5m', 'must be written as 3 in 5m'], ['3 in a while', 'must be written as 3 in 5m'],
    ['1 in 5m', 'must count to 2 at least and to 50 at most'], ['51 in 5m', 'must count to 2 at least and to 50 at most'], ['3 in 2d', 'must be within 1s to 1d'],
  ])('not %s', (text, message) => {
    expect(fault(`count: ${text}`)).toBe(`CONFIG_INVALID r.yaml:2:1: count: ${message}.`);
  });
});

describe('schedules', () => {
  const schedule = (text: string) => rule(`schedule: { ${text}, timezone: UTC }`).schedule;
  const minutes = (from: string, to: string) => ({ from: Number(from.slice(0, 2)) * 60 + Number(from.slice(3)), to: Number(to.slice(0, 2)) * 60 + Number(to.slice(3)) });

  test.each([
    ['days: mon-fri', [1, 2, 3, 4, 5]], ['days: [mon, wed, sat-sun]', [0, 1, 3, 6]], ['days: fri-mon', [0, 1, 5, 6]], ['days: Sunday', [0]],
    ['days: "mon, tue"', [1, 2]], ['days: 周一至周五', [1, 2, 3, 4, 5]], ['days: [星期六, 星期天]', [0, 6]],
  ])('%s', (text, days) => {
    expect(schedule(text)?.days).toEqual(days);
  });

  test('hours, one or several', () => {
    expect(schedule('hours: 22:00-06:00')?.hours).toEqual([minutes('22:00', '06:00')]);
    expect(schedule('hours: [8:00-12:00, 13:00 to 24:00]')?.hours).toEqual([minutes('08:00', '12:00'), minutes('13:00', '24:00')]);
    expect(schedule('hours: "22:00-06:00,07:00-08:00"')?.hours).toHaveLength(2);
  });

  test('a zone that is not named is this machine’s', () => {
    expect(rule('schedule: { hours: 22:00-06:00 }').schedule?.timezone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  });

  test.each([
    ['days: someday', 'days: "someday" is no day of the week; days are mon, tue … or mon-fri'],
    ['days: [mon, tue-wed-thu]', 'days: "tue-wed-thu" is no day of the week; days are mon, tue … or mon-fri'],
    ['days: []', 'days: must be a name or a list of them'],
    ['hours: 25:00-26:00', 'hours: "25:00-26:00" are no hours of the day; hours are written as 22:00-06:00'],
    ['hours: 08:00-08:00', 'hours: "08:00-08:00" are no hours of the day; hours are written as 22:00-06:00'],
    ['hours: 8-12', 'hours: "8-12" are no hours of the day; hours are written as 22:00-06:00'],
    ['hours: 08:60-09:00', 'hours: "08:60-09:00" are no hours of the day; hours are written as 22:00-06:00'],
    ['timezone: Europe/Atlantis', 'timezone: is no time zone; zones are named as Europe/Berlin, Asia/Shanghai, UTC'],
    ['day: mon', 'day: unknown key; did you mean days?'],
  ])('not %s', (text, message) => {
    expect(fault(`schedule:\n  ${text}`)).toBe(`CONFIG_INVALID r.yaml:3:3: schedule.${message}.`.replace('?.', '?'));
  });
});

describe('dates', () => {
  test.each([
    ['until: 2026-12-31', '2027-01-01T00:00:00Z'], ['until: 2026-12-31T18:00', '2026-12-31T18:00:00Z'], ['until: 2026-12-31 18:00:30', '2026-12-31T18:00:30Z'],
    ['until: 2026-12-31T18:00Z', '2026-12-31T18:00:00Z'], ['until: 2026-12-31T18:00+02:00', '2026-12-31T16:00:00Z'], ['until: 2026-12-31T18:00:00.123Z', '2026-12-31T18:00:00Z'],
  ])('%s', (text, at) => {
    expect(new Date(rule(`${text}\nschedule: { timezone: UTC }`).until ?? 0).toISOString()).toBe(at.replace('Z', '.000Z'));
  });

  test('without an offset are meant in the schedule’s zone, and a date that silence lasts until is its beginning', () => {
    const zone = 'schedule: { timezone: Asia/Shanghai }';
    expect(rule(`until: 2026-12-31\n${zone}`).until).toBe(Date.UTC(2026, 11, 31, 16));
    expect(rule(`snoozed_until: 2026-12-31\n${zone}`).snoozedUntil).toBe(Date.UTC(2026, 11, 30, 16));
    expect(rule(`snoozed_until: 2026-12-31T09:30\n${zone}`).snoozedUntil).toBe(Date.UTC(2026, 11, 31, 1, 30));
  });

  test.each(['2026-13-01', '2026-02-30', 'tomorrow', '31.12.2026', '2026-12-31T25:00', '12'])('not %s', (text) => {
    expect(fault(`until: ${text}`)).toBe('CONFIG_INVALID r.yaml:2:1: until: must be a date or a time, as 2026-12-31 or 2026-12-31T18:00.');
  });
});

describe('what does not go together', () => {
  const WITHIN = 'within: 30s';
  test.each([
    ['count: 3 in 5m\nthen: it rings\nwithin: 30s', '3:1: then: cannot stand beside count: a rule has one of for, absent, count, then, without'],
    ['for: 30s\nabsent: 10m', '3:1: absent: cannot stand beside for: a rule has one of for, absent, count, then, without'],
    [`then: it rings\nwithout: it rings\n${WITHIN}`, '3:1: without: cannot stand beside then: a rule has one of for, absent, count, then, without'],
    ['then: it rings', '2:1: then: needs within: how soon'],
    ['without: it rings', '2:1: without: needs within: how soon'],
    [WITHIN, '2:1: within: needs then or without: what is to follow'],
    [`then: someone takes a phone\n${WITHIN}`, '2:1: then: says the same as alert; that it happens twice is count: 2 in …'],
    [`without: someone takes a phone\n${WITHIN}`, '2:1: without: says the same as alert'],
    ['absent: 10m\nverify: true', '3:1: verify: cannot stand beside absent: where nothing happened there is nothing to look at again'],
    ['for: 2h\nschedule: { hours: 22:00-23:00 }', '2:1: for: is longer than the schedule is ever open, 1h'],
    ['absent: 9h\nschedule: { hours: [08:00-12:00, 22:00-06:00] }', '2:1: absent: is longer than the schedule is ever open, 8h'],
    ['for: 0', '2:1: for: must be from 1s to 1d'],
    ['fro: 30s', '2:1: fro: unknown key; did you mean for?'],
  ])('%s', (yaml, message) => {
    expect(fault(yaml)).toBe(`CONFIG_INVALID r.yaml:${message}.`.replace('?.', '?'));
  });

  test('in a list the place is that of the key', () => {
    const text = '- id: a\n  alert: it rings\n- id: b\n  alert: it rings\n  for: 3s\n  count: 3 in 5m\n';
    expect(faultOf(() => rulesOf(parseSource(text, join(process.cwd(), 'l.yaml')))).detail).toContain('l.yaml:6:3: [1].count: cannot stand beside for');
  });

  test.each(['for: 20h\nschedule: { days: mon-fri }', 'for: 30s\nschedule: { hours: 22:00-06:00 }\ncooldown: 5m\nverify: true\nuntil: 2027-01-01', 'count: 3 in 5m\nverify: true'])('but %s does', (yaml) => {
    expect(rule(yaml).id).toBe('r');
  });
});

describe('a rule in one sentence', () => {
  test.each([
    ['', 'Alerts when “someone takes a phone”.'],
    ['for: 90\ncameras: [door, yard]\ncooldown: 5m', 'Alerts when “someone takes a phone” goes on for 1m30s on door, yard, at most once in 5m.'],
    ['absent: 10m\nschedule: { days: mon-tue, hours: 22:00-06:00, timezone: Europe/Berlin }', 'Alerts when “someone takes a phone” has not happened for 10m, Mon, Tue 22:00–06:00 (Europe/Berlin).'],
    ['count: 3 in 5m\nverify: true', 'Alerts when “someone takes a phone” happens 3 times within 5m, if a second look agrees.'],
    ['then: alert when it rings\nwithin: 30s\nenabled: false', 'Alerts when “someone takes a phone” and then, within 30s, “it rings” (off).'],
    ['without: it rings\nwithin: 30s\nschedule: { timezone: UTC }\nuntil: 2026-12-31T18:00\nsnoozed_until: 2026-12-01', 'Alerts when “someone takes a phone” and not, within 30s, “it rings”, until 2026-12-31 18:00 (snoozed until 2026-12-01 00:00).'],
  ])('%s', (yaml, sentence) => {
    expect(describeRule(rule(yaml))).toBe(sentence);
  });
});

describe('the files under rules/', () => {
  // `npx vitest run test/config -u` writes it anew.
  test('configs/rules.schema.json is the schema of this version, and they satisfy it', async () => {
    await expect(`${JSON.stringify(rulesJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(join(ROOT, '../configs/rules.schema.json'));
    const valid = new Ajv2020({ strict: false }).compile(rulesJsonSchema());
    for (const name of readdirSync(ROOT)) expect(valid(readSource(join(ROOT, name)).document.toJS()), name).toBe(true);
    expect(valid({ alert: 'it rings', fro: '30s' })).toBe(false);
  });

  const all = readdirSync(ROOT).flatMap((name) => rulesOf(readSource(join(ROOT, name))).map(({ rule: one }) => one));

  test('show every key, and only the first few are on', () => {
    const used = new Set(all.flatMap((one) => Object.entries(one).flatMap(([key, value]) => (value === undefined || (Array.isArray(value) && value.length === 0) ? [] : [key]))));
    for (const key of ['schedule', 'for', 'absent', 'count', 'then', 'without', 'within', 'verify', 'until', 'snoozedUntil', 'cooldown']) expect(used).toContain(key);
    expect(all.filter((one) => one.enabled).map((one) => one.id)).toEqual(['phone', 'fall', 'left-bag']);
  });
});

import { z } from 'zod';
import { shortOf } from '../rules/describe.ts';
import type { Schedule } from '../rules/rule.ts';
import { instantOf, isZone, ownZone } from '../rules/zone.ts';

// How people write lengths of time, days, hours and dates in a rule.

const UNITS: Readonly<Record<string, number>> = { s: 1, sec: 1, second: 1, seconds: 1, m: 60, min: 60, minute: 60, minutes: 60, h: 3600, hour: 3600, hours: 3600, d: 86_400, day: 86_400, days: 86_400 };
const LENGTH = String.raw`\d+(?:\.\d+)?\s*(?:s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)`;
const DURATION = new RegExp(String.raw`^\s*${LENGTH}(?:\s*${LENGTH})*\s*$`, 'i');
const NO_LENGTH = 'must be a length of time: seconds, or 30s, 5m, 1h30m';
const COUNT = new RegExp(String.raw`^\s*(\d{1,3})\s*(?:in|within)\s+(${LENGTH}(?:\s*${LENGTH})*)\s*$`, 'i');
const HOURS = /^\s*(\d{1,2}):(\d{2})\s*(?:-|–|to)\s*(\d{1,2}):(\d{2})\s*$/i;
const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i;
const NAMES = [
  ['sun', 'sunday', '周日', '星期日', '星期天'], ['mon', 'monday', '周一', '星期一'], ['tue', 'tuesday', '周二', '星期二'], ['wed', 'wednesday', '周三', '星期三'],
  ['thu', 'thursday', '周四', '星期四'], ['fri', 'friday', '周五', '星期五'], ['sat', 'saturday', '周六', '星期六'],
];

/** Seconds: a number, or "30s", "5m", "1h30m". */
export function duration(least: number, most: number): z.ZodType<number, string | number> {
  return z
    .union([z.number(), z.string().regex(DURATION, NO_LENGTH)], NO_LENGTH)
    .transform((value) => (typeof value === 'number' ? value : secondsOf(value)))
    .refine((value) => value >= least && value <= most, `must be from ${shortOf(least)} to ${shortOf(most)}`);
}

/** "3 in 5m" */
export const count = z
  .string('must be written as 3 in 5m')
  .regex(COUNT, 'must be written as 3 in 5m')
  .transform((text) => {
    const [, times, within] = COUNT.exec(text) ?? [];
    return { times: Number(times), within: secondsOf(within ?? '') };
  })
  .refine(({ times }) => times >= 2 && times <= 50, 'must count to 2 at least and to 50 at most')
  .refine(({ within }) => within >= 1 && within <= 86_400, 'must be within 1s to 1d');

/** Of lengths with their units, as of 1h30m. */
export function secondsOf(text: string): number {
  let sum = 0;
  for (const [, value, unit = ''] of text.toLowerCase().matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) sum += Number(value) * (UNITS[unit] ?? 0);
  return sum;
}

const list = z.union([z.string(), z.array(z.string()).min(1, 'must be a name or a list of them')], 'must be a name or a list of them').transform((value) => (typeof value === 'string' ? value.split(',') : value));

const days = list.transform((names, context) => {
  const found = names.flatMap((name) => daysOf(name) ?? [NaN]);
  const wrong = names.find((name) => !daysOf(name));
  if (wrong !== undefined) context.addIssue({ code: 'custom', message: `${JSON.stringify(wrong)} is no day of the week; days are mon, tue … or mon-fri` });
  return [...new Set(found)].sort((a, b) => a - b);
});

const hours = list.transform((texts, context) =>
  texts.map((text) => {
    const span = hoursOf(text);
    if (!span) context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} are no hours of the day; hours are written as 22:00-06:00` });
    return span ?? { from: 0, to: 0 };
  }),
);

export const zone = z.string().max(60).refine(isZone, 'is no time zone; zones are named as Europe/Berlin, Asia/Shanghai, UTC');

export const schedule = z
  .strictObject({
    days: days.default([]).describe('days that the hours begin on: mon-fri, or [mon, wed, sat-sun]; by default every day'),
    hours: hours.default([]).describe('22:00-06:00, or a list; by default all day'),
    timezone: zone.optional().describe("by default this machine's"),
  })
  .transform((value): Schedule => ({
    days: value.days.length === 7 ? [] : value.days,
    hours: value.hours.some(({ from, to }) => from === 0 && to === 1440) ? [] : value.hours,
    timezone: value.timezone ?? ownZone(),
  }));

function daysOf(text: string): number[] | undefined {
  const [first, last, ...rest] = text.split(/\s*(?:-|–|至|到)\s*/).map((name) => NAMES.findIndex((names) => names.includes(name.trim().toLowerCase())));
  if (first === undefined || first < 0 || rest.length > 0) return undefined;
  if (last === undefined) return [first];
  return last < 0 ? undefined : Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, i) => (first + i) % 7);
}

function hoursOf(text: string): Schedule['hours'][number] | undefined {
  const [, h1, m1, h2, m2] = (HOURS.exec(text) ?? []).map(Number);
  if (h1 === undefined || m1 === undefined || h2 === undefined || m2 === undefined) return undefined;
  const [from, to] = [h1 * 60 + m1, h2 * 60 + m2];
  return m1 > 59 || m2 > 59 || from >= 1440 || to > 1440 || from === to ? undefined : { from, to };
}

/** A date or a time of day as ms; a date alone is its end. Without an offset it is meant in `timezone`. */
export function momentOf(text: string, timezone: string, alone: 'begins' | 'is over'): number | undefined {
  const [whole, year, month, day, hour, minute, second, offset] = DATE.exec(text.trim()) ?? [];
  if (whole === undefined) return undefined;
  const date = { year: Number(year), month: Number(month) - 1, day: Number(day) };
  const time = new Date(Date.UTC(date.year, date.month, date.day, Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)));
  if (time.getUTCMonth() !== date.month || time.getUTCDate() !== date.day || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59) return undefined;
  if (offset) return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second ?? '00'}${offset.length === 5 ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset.toUpperCase()}`);
  const minutes = hour === undefined ? (alone === 'begins' ? 0 : 1440) : Number(hour) * 60 + Number(minute);
  return instantOf(date, minutes, timezone, 'first') + Number(second ?? 0) * 1000;
}

import { LookoutError } from '../errors.ts';
import type { Span } from './span.ts';
import { cleanTime, spanOf } from './when.ts';
import { LONGEST, readInZone, zoneAtEnd } from './zone.ts';

/** Between the two ends of a range, and what may stand before the first. */
const BETWEEN: readonly RegExp[] = [
  /^(?<day>.*?) ?\bbetween (?<from>.+?) and (?<to>.+)$/,
  /^(?<day>.*?) ?\bfrom (?<from>.+?) (?:to|until|till|through) (?<to>.+)$/,
  /^(?<from>.+?) (?:to|until|till|through) (?<to>.+)$/,
  /^(?<day>.*?)从(?<from>.+?)(?:到|至|直到)(?<to>.+)$/u,
  /^(?<from>.+?)(?:到|至|直到)(?<to>.+)$/u,
  /^(?<from>\S.*?)(?:\/|\.\.+|~)(?<to>.*\S)$/,
  /^(?<from>\S.*?) ?(?: -+ |[–—])(?<to>.*\S)$/,
  // With a plain hyphen only between clock times: dates hold hyphens themselves.
  /^(?<from>.*?\d(?::\d{2}){0,2}(?: ?[ap]m)?|.*点半?)-(?<to>\d{1,2}(?::\d{2}){0,2}(?: ?[ap]m)?|.+点.*)$/,
];
const CLOCK = /^(?:at )?(?<hour>\d{1,2})(?<rest>(?::\d{2}){0,2}(?:\.\d+)?)(?: ?(?<half>[ap]m))?$/;
const CHINESE_CLOCK = /^(?<part>凌晨|清晨|早上|上午|中午|下午|傍晚|晚上|夜里)?(?<clock>[\d零一二两三四五六七八九十]+(?:[点點时時].*|:\d{2}.*))$/u;

const PART = /凌晨|清晨|早上|上午|中午|下午|傍晚|晚上|夜里/u;

/**
 * Reads a stretch of time as people say it: what parseWhen knows ("yesterday afternoon", "last week", 上周), or two ends ("between
 * 2pm and 3pm", "14:00-14:20", "yesterday from 9 to 10:30", "monday to wednesday", 昨天下午2点到3点, `2026-11-21T14:00/15:00`).
 * A zone may stand at the end: `utc`, `+02:00`, `Asia/Shanghai`. A moment alone reaches until now.
 * @returns the first and last millisecond, wall clock
 * @throws LookoutError TIME_UNPARSABLE
 */
export function parseRange(text: string, now: Date): Span {
  const clean = cleanTime(text);
  const zoned = HYPHEN.test(clean) ? undefined : zoneAtEnd(clean);
  const span = zoned
    ? readInZone(now, zoned.offset, (there, back) => {
      const found = read(zoned.rest, there);
      return found && { from: back(found.from), to: back(found.to) };
    })
    : undefined;
  const found = span ?? read(clean, now);
  if (!found || !Number.isFinite(found.from + found.to) || found.from > found.to) {
    throw new LookoutError('TIME_UNPARSABLE', `${JSON.stringify(text.slice(0, 100))} is no stretch of time I can read.`);
  }
  return found;
}

/** Whether the text says both ends, as "between 2pm and 3pm" does and "yesterday" does not. */
export function isTwoEnded(text: string, now: Date): boolean {
  const clean = cleanTime(text);
  return HYPHEN.test(clean) || (spanOf(clean, now, 'since') === undefined && twoEnded(zoneAtEnd(clean)?.rest ?? clean, now) !== undefined);
}

/** Clock times with a hyphen between look like a time with a zone. */
export const HYPHEN = /(?:^|[^t\d])\d{1,2}:\d{2}(?::\d{2})?-\d{1,2}(?::\d{2}){0,2}$/;

function read(text: string, now: Date): Span | undefined {
  const ends = HYPHEN.test(text) ? twoEnded(text, now) : undefined;
  if (ends) return ends;
  const whole = spanOf(text, now, 'since');
  if (whole) return whole.to > whole.from ? whole : { from: whole.from, to: Math.max(whole.from, now.getTime()) };
  return twoEnded(text, now);
}

function twoEnded(text: string, now: Date): Span | undefined {
  if (text.length > LONGEST) return undefined;
  for (const pattern of BETWEEN) {
    const ends = pattern.exec(text)?.groups;
    const found = ends && twoEnds((ends.day ?? '').replace(/^on /, ''), ends.from ?? '', ends.to ?? '', now);
    if (found) return found;
  }
  return undefined;
}

/** `day` holds for both ends; what the second leaves out, it has from the first. */
function twoEnds(day: string, from: string, to: string, now: Date): Span | undefined {
  const [first, last] = sameHalf(from.trim(), to.trim());
  const start = spanOf(joined(day, first), now, 'since');
  if (!start) return undefined;
  const clock = CLOCK.test(last) || CHINESE_CLOCK.test(last);
  const end = clock ? onDayOf(start.from, first, last) : spanOf(last, now, 'until')?.to;
  if (end === undefined) return undefined;
  // 9 to 5 is not guessed.
  if (end < start.from && /^\d{1,2}$/.test(from.trim()) && /^\d{1,2}$/.test(to.trim())) return undefined;
  // From 22:00 to 06:00 goes over midnight.
  return { from: start.from, to: clock && end < start.from ? dayLater(end) : end };
}

/** The same clock time, also where a day has 23 or 25 hours. */
function dayLater(at: number): number {
  const date = new Date(at);
  date.setDate(date.getDate() + 1);
  return date.getTime();
}

/** A clock time on the day of `start`; 下午2点到3点 is in the afternoon at both ends. */
function onDayOf(start: number, first: string, last: string): number | undefined {
  const own = CHINESE_CLOCK.exec(last)?.groups?.part;
  const part = own === undefined && /\p{Script=Han}/u.test(last) ? PART.exec(first)?.[0] ?? '' : '';
  return spanOf(part + last, new Date(start), 'until')?.to;
}

function joined(day: string, clock: string): string {
  return day === '' ? clock : /\p{Script=Han}$/u.test(day) ? day + clock : `${day} ${clock}`;
}

/** "2 to 3pm", "9-17": an hour alone is a clock time here, in the half of the day that the other end names. */
function sameHalf(from: string, to: string): [string, string] {
  const [a, b] = [CLOCK.exec(from)?.groups, CLOCK.exec(to)?.groups];
  const half = a && !a.half && b?.half && Number(a.hour) <= 12 && (Number(a.hour) % 12) <= (Number(b.hour) % 12) ? b.half : '';
  return [written(from, half), written(to, '')];
}

function written(text: string, half: string): string {
  const clock = CLOCK.exec(text)?.groups;
  if (!clock) return text.replace(/(^| )(\d{1,2})$/, '$1$2:00');
  const minutes = clock.rest === '' && !clock.half && half === '' ? ':00' : clock.rest ?? '';
  return `${clock.hour ?? ''}${minutes}${clock.half ?? half}`;
}

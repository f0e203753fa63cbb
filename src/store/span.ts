/**
 * What people mean by a time: a stretch of it, first and last millisecond (wall clock, ms since the epoch). A moment is a
 * stretch whose ends are the same. All calendar reckoning is in the process's local time zone.
 */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Which end of a stretch is asked for. */
export type Edge = 'since' | 'until';
export type Unit = 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';
export type CalendarUnit = 'day' | 'week' | 'month' | 'year';

/** Hours of the day, from and until; a night goes on into the next day. */
export const DAY_PARTS = {
  smallHours: [0, 6],
  morning: [5, 12],
  noon: [11, 13],
  afternoon: [12, 18],
  evening: [17, 24],
  night: [18, 30],
} as const;
export type DayPart = keyof typeof DAY_PARTS;

export function moment(at: number | Date): Span {
  const ms = Number(at);
  return { from: ms, to: ms };
}

/** The whole day, week (from Monday), month or year that lies `offset` of them from the one `date` is in. */
export function calendar(unit: CalendarUnit, date: Date, offset = 0): Span {
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
  const edge = (n: number): Date => {
    if (unit === 'year') return localDate(year + n, 0, 1);
    if (unit === 'month') return localDate(year, month + n, 1);
    const monday = day - ((date.getDay() + 6) % 7);
    return unit === 'week' ? localDate(year, month, monday + 7 * n) : localDate(year, month, day + n);
  };
  return { from: edge(offset).getTime(), to: edge(offset + 1).getTime() - 1 };
}

/** A part of the day that begins at `dayStart` (ms). */
export function partOfDay(dayStart: number, part: DayPart): Span {
  const [from, to] = DAY_PARTS[part];
  return { from: atClock(dayStart, from), to: atClock(dayStart, to) - 1 };
}

/** A clock time of the day that begins at `dayStart` (ms); hours beyond 23 are of the next day. */
export function atClock(dayStart: number, hour: number, minute = 0, second = 0): number {
  const day = new Date(dayStart);
  const whole = Math.floor(second);
  return localDate(day.getFullYear(), day.getMonth(), day.getDate(), hour, minute, whole).getTime() + Math.round((second - whole) * 1000);
}

/** A day of the calendar; undefined for one that does not exist. `month` counts from 1. */
export function dayOf(year: number, month: number, day: number): Span | undefined {
  const date = localDate(year, month - 1, day);
  const exists = date.getFullYear() === year && date.getMonth() === month - 1 && date.getDate() === day;
  return exists ? calendar('day', date) : undefined;
}

const DAY_MS = 86_400_000;
const SECONDS: Record<Exclude<Unit, CalendarUnit>, number> = { second: 1, minute: 60, hour: 3600 };

/** `count` units before `now`. Days and longer keep the clock time, and a month before the 31st may be the 28th. */
export function before(now: Date, count: number, unit: Unit): number {
  if (unit === 'second' || unit === 'minute' || unit === 'hour') return now.getTime() - count * SECONDS[unit] * 1000;
  if (unit === 'year') return before(now, count * 12, 'month');
  const date = new Date(now);
  const whole = Math.floor(count);
  if (unit === 'month') {
    date.setMonth(date.getMonth() - whole);
    // The day does not exist in that month: the calendar went on into the next one.
    if (date.getDate() !== now.getDate()) date.setDate(0);
  } else date.setDate(date.getDate() - whole * (unit === 'week' ? 7 : 1));
  return date.getTime() - (count - whole) * { day: 1, week: 7, month: 30 }[unit] * DAY_MS;
}

/** A log is about the past: a weekday or a date without a year that is still ahead was meant as the last one. */
export function past(span: Span, now: Date, every: CalendarUnit): Span {
  if (span.from <= now.getTime()) return span;
  return { from: before(new Date(span.from), 1, every), to: before(new Date(span.to), 1, every) };
}

/** The same for a clock time without a day; but an `until` may lie ahead: from 9:00 until 15:00, said at noon. */
export function pastClock(span: Span, now: Date, edge: Edge): Span {
  return edge === 'until' ? span : past(span, now, 'day');
}

/** Like the Date constructor, but the years 0 to 99 are not those of the last century. */
function localDate(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): Date {
  const date = new Date(2000, 0, 1, hour, minute, second);
  date.setFullYear(year, month, day);
  date.setHours(hour, minute, second, 0);
  return date;
}

import { language, locale, t } from './language.ts';

/** The viewer's time zone, in which every time of the page is told: `Europe/Berlin`. */
export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language.value} ${JSON.stringify(options)}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale(), options);
  formats.set(key, known);
  return known;
}

/** Offset of the viewer's zone from UTC at a time (ms): `UTC+01:00`. */
export function offsetAt(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset();
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  return `UTC${minutes < 0 ? '−' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}

/** 14:05:09, or with tenths 14:05:09.3 */
export function clock(at: number, tenths = false): string {
  return format({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', ...(tenths ? { fractionalSecondDigits: 1 } : {}) }).format(at);
}

/** 14:05 */
export function hourAndMinute(at: number): string {
  return format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
}

/** 31 Jan 2026, 14:05:09 */
export function dayAndClock(at: number): string {
  return format({ dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' }).format(at);
}

/** Sat 31 Jan */
export function day(at: number): string {
  return format({ weekday: 'short', day: 'numeric', month: 'short' }).format(at);
}

/** The clock alone for what is of today, with the day before it otherwise. */
export function shortly(at: number, now = Date.now()): string {
  return new Date(at).toDateString() === new Date(now).toDateString() ? clock(at) : `${day(at)}, ${hourAndMinute(at)}`;
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [['day', 86_400], ['hour', 3600], ['minute', 60], ['second', 1]];

/** "5 minutes ago", "in 2 hours" */
export function relatively(at: number, now = Date.now()): string {
  const seconds = Math.round((at - now) / 1000);
  if (Math.abs(seconds) < 5) return t().shell.relative.now;
  const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1];
  return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(Math.trunc(seconds / length), unit);
}

/** A length of time (ms) in few signs: 850 ms, 12.3 s, 4 min 5 s, 2 h 10 min, 3 d 4 h */
export function lasting(ms: number): string {
  const round = (value: number, digits: number): string => new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);
  if (Math.abs(ms) < 1000) return `${round(ms, 0)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${round(ms / 1000, 1)} s`;
  const pair = (large: number, big: string, small: number, little: string): string => (small === 0 ? `${large} ${big}` : `${large} ${big} ${small} ${little}`);
  if (seconds < 3600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  if (seconds < 86_400) return pair(Math.floor(seconds / 3600), 'h', Math.floor((seconds % 3600) / 60), 'min');
  return pair(Math.floor(seconds / 86_400), 'd', Math.floor((seconds % 86_400) / 3600), 'h');
}

/** A number as the page's language writes it. */
export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);
}

/** Bytes in the unit that fits: 48 MB */
export function bytes(count: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, count)) / 3)));
  const value = count / 1000 ** step;
  return new Intl.NumberFormat(locale(), { style: 'unit', unit: units[step] ?? 'byte', unitDisplay: 'short', maximumFractionDigits: value < 10 && step > 0 ? 1 : 0 }).format(value);
}

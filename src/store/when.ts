import { LookoutError } from '../errors.ts';
import { mainlandForms } from './chineseNumber.ts';
import { chineseSpan } from './whenChinese.ts';
import { englishSpan } from './whenEnglish.ts';
import { before, calendar, dayOf, moment } from './span.ts';
import type { Edge, Span, Unit } from './span.ts';
import { vagueSpan } from './vague.ts';
import { readInZone, zoneAtEnd } from './zone.ts';

/**
 * Reads a time as programs write it (ISO 8601, seconds or milliseconds since the epoch, `10m`, `2h30m`) or as people say it, in
 * English or Chinese: "10 minutes ago", "yesterday 3pm", "last week", "昨天下午3点", "10分钟前". Where no zone is given, it is local
 * time; a zone may stand at the end (`utc`, `+02:00`, `Asia/Shanghai`). Of what is not a moment ("yesterday"), `since` is the first millisecond and `until` the last; a clock time or a weekday
 * without more is, as `since`, the latest that is past.
 * @returns wall clock, ms since the epoch
 * @throws LookoutError TIME_UNPARSABLE
 */
export function parseWhen(text: string, now: Date, edge: Edge = 'since'): number {
  const clean = cleanTime(text);
  const plain = spanOf(clean, now, edge);
  const zoned = plain ? undefined : zoneAtEnd(clean);
  const span = zoned ? readInZone(now, zoned.offset, (there, back) => shifted(spanOf(zoned.rest, there, edge), back)) : plain;
  const at = edge === 'since' ? span?.from : span?.to;
  if (at === undefined || !Number.isFinite(at)) throw new LookoutError('TIME_UNPARSABLE', `${JSON.stringify(text.slice(0, 100))} is no time I can read.`);
  return at;
}

/** As all of this reads it: in small letters, half-width, with single spaces. */
export function cleanTime(text: string): string {
  return text.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase();
}

/** The stretch that a clean text means; undefined where it is none that is known. */
export function spanOf(clean: string, now: Date, edge: Edge): Span | undefined {
  return clean.length > 100 ? undefined : vagueSpan(mainlandForms(clean), now, edge, plainSpan) ?? plainSpan(clean, now, edge);
}

function plainSpan(clean: string, now: Date, edge: Edge): Span | undefined {
  return written(clean, now) ?? chineseSpan(clean, now, edge) ?? englishSpan(clean, now, edge);
}

function shifted(span: Span | undefined, back: (local: number) => number): Span | undefined {
  return span && { from: back(span.from), to: back(span.to) };
}

function written(text: string, now: Date): Span | undefined {
  if (text === 'now') return moment(now);
  if (/^\d{10}(\.\d+)?$/.test(text)) return moment(Math.round(Number(text) * 1000));
  if (/^\d{13}(\.\d+)?$/.test(text)) return moment(Number(text));
  return isoSpan(text) ?? shorthand(text, now);
}

const ISO = /^(\d{4})-(\d{2})(?:-(\d{2})(?:[t ](\d{2}):(\d{2})(?::(\d{2}(?:[.,]\d+)?))? ?(z|[+-]\d{2}(?::?\d{2})?)?)?)?$/;

function isoSpan(text: string): Span | undefined {
  const m = ISO.exec(text);
  if (!m) return undefined;
  const [year, month, day] = [Number(m[1]), Number(m[2]), Number(m[3] ?? 1)];
  const whole = dayOf(year, month, day);
  if (!whole) return undefined;
  if (m[3] === undefined) return calendar('month', new Date(whole.from));
  if (m[4] === undefined) return whole;
  const [hour, minute, second] = [Number(m[4]), Number(m[5]), Number(m[6]?.replace(',', '.') ?? 0)];
  // A leap second counts as the next one; 24:00 is the end of the day.
  if (minute > 59 || second >= 61 || hour > 24 || (hour === 24 && minute + second > 0)) return undefined;
  const milliseconds = Math.round(second * 1000);
  if (m[7] === undefined) return moment(new Date(year, month - 1, day, hour, minute, 0, milliseconds));
  return moment(Date.UTC(year, month - 1, day, hour, minute, 0, milliseconds) - zoneOffset(m[7]));
}

function zoneOffset(zone: string): number {
  const m = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  return m ? (m[1] === '-' ? -1 : 1) * (Number(m[2]) * 60 + Number(m[3] ?? 0)) * 60_000 : 0;
}

const SHORT: Record<string, Unit> = { s: 'second', m: 'minute', min: 'minute', h: 'hour', d: 'day', w: 'week' };

/** `10m`, `2h30m`, `1d 6h`: that long ago. */
function shorthand(text: string, now: Date): Span | undefined {
  if (!/^-?(\d+(\.\d+)?(s|min|m|h|d|w) ?)+(ago)?$/.test(text)) return undefined;
  let at = now;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(s|min|m|h|d|w)/g)) {
    at = new Date(before(at, Number(count), SHORT[unit ?? ''] ?? 'second'));
  }
  return moment(at);
}

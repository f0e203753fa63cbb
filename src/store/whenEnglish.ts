import { en } from 'chrono-node';
import type { ParsedComponents } from 'chrono-node';
import { before, calendar, moment, partOfDay, past, pastClock } from './span.ts';
import type { CalendarUnit, DayPart, Edge, Span, Unit } from './span.ts';

/** What English words for a time mean, or undefined. `text` is in lower case with single spaces. */
export function englishSpan(text: string, now: Date, edge: Edge): Span | undefined {
  const bare = text.replace(/^(?:since|from|until|till|at|on|in|the|starting) /, '').replace(/^the /, '').replace(/[.!]$/, '');
  return justNow(bare, now) ?? ago(bare, now) ?? stretch(bare, now) ?? calendarWords(bare, now) ?? dayAndPart(bare, now, edge) ?? byChrono(bare, now, edge);
}

function justNow(text: string, now: Date): Span | undefined {
  return text === 'just now' ? { from: before(now, 5, 'minute'), to: now.getTime() } : undefined;
}

const COUNTS = ['half an', 'half a', 'an', 'a', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
const COUNT = String.raw`(\d+(?:\.\d+)?|${COUNTS.join('|')})`;
const UNIT = '(second|minute|hour|day|week|month|year)';
const AGO = new RegExp(`^${COUNT} ${UNIT}s? ago$`);
const STRETCH = new RegExp(`^(?:last|past|previous)(?: ${COUNT})? ${UNIT}s?$`);

function countOf(word: string | undefined): number {
  if (word === undefined) return 1;
  const index = COUNTS.indexOf(word);
  return index < 0 ? Number(word) : index < 2 ? 0.5 : Math.max(1, index - 3);
}

/** "1.5 hours ago", "two days ago": with the calendar of this zone, which chrono's own reckoning leaves aside. */
function ago(text: string, now: Date): Span | undefined {
  const m = AGO.exec(text);
  return m ? moment(before(now, countOf(m[1]), m[2] as Unit)) : undefined;
}

/** "last 10 minutes", "past hour": from then until now. */
function stretch(text: string, now: Date): Span | undefined {
  const m = STRETCH.exec(text);
  if (!m || /^last (?:day|week|month|year)$/.test(text)) return undefined;
  return { from: before(now, countOf(m[1]), m[2] as Unit), to: now.getTime() };
}

/** "this week", "last month", "yesterday": the calendar's own pieces. */
function calendarWords(text: string, now: Date): Span | undefined {
  const days: Record<string, number> = { today: 0, yesterday: -1, 'day before yesterday': -2, 'last day': -1, tomorrow: 1 };
  const offset = days[text];
  if (offset !== undefined) return calendar('day', now, offset);
  const m = /^(this|last|next) (week|month|year)$/.exec(text);
  if (!m) return undefined;
  return calendar(m[2] as CalendarUnit, now, m[1] === 'this' ? 0 : m[1] === 'last' ? -1 : 1);
}

/** "yesterday afternoon", "this morning", "last night", "monday evening". */
function dayAndPart(text: string, now: Date, edge: Edge): Span | undefined {
  const m = /^(?:(.+?) )?(?:in the )?(morning|afternoon|evening|night)$/.exec(text.replace(/^tonight$/, 'this night'));
  if (!m) return undefined;
  const part = m[2] as DayPart;
  if (m[1] === undefined) return pastClock(partOfDay(calendar('day', now).from, part), now, edge);
  const day = m[1] === 'this' ? calendar('day', now) : m[1] === 'last' ? calendar('day', now, -1) : wholeDay(m[1], now, edge);
  return day && partOfDay(day.from, part);
}

function wholeDay(text: string, now: Date, edge: Edge): Span | undefined {
  const day = calendarWords(text, now) ?? byChrono(text, now, edge);
  // A day, and neither a moment nor a month.
  return day && day.to > day.from && day.to - day.from < 30 * 3_600_000 ? day : undefined;
}

/** Everything else is chrono's, provided that it understood every word of it and that it is one time. */
function byChrono(text: string, now: Date, edge: Edge): Span | undefined {
  const numeric = /^(\d{1,2})[/.-](\d{1,2})\b/.exec(text);
  // 10/11 is October to some and November to others: not guessed.
  if (numeric && Number(numeric[1]) <= 12 && Number(numeric[2]) <= 12 && numeric[1] !== numeric[2]) return undefined;
  // Chrono would take 2026-13-01 for the 13th of January.
  if (Number(/^\d{4}-(\d{2})-/.exec(text)?.[1] ?? 0) > 12) return undefined;
  const reader = numeric && Number(numeric[1]) > 12 ? en.GB : en.casual;
  const [found, ...others] = reader.parse(text, now);
  if (!found || others.length > 0 || found.end || found.text.length !== text.length) return undefined;
  const said = found.start;
  const date = said.date();
  const isAgo = / (?:ago|earlier|before|back)$/.test(text);
  const span = isAgo || said.isCertain('hour') ? moment(date) : dayLevel(said, date);
  if (said.isCertain('year')) return span;
  if (said.isCertain('month')) return past(span, now, 'year');
  if (said.isCertain('weekday') && !said.isCertain('day')) return past(span, now, 'week');
  return said.isCertain('day') ? span : pastClock(span, now, edge);
}

function dayLevel(said: ParsedComponents, date: Date): Span {
  if (said.isCertain('day') || said.isCertain('weekday')) return calendar('day', date);
  return calendar(said.isCertain('month') ? 'month' : said.isCertain('year') ? 'year' : 'day', date);
}

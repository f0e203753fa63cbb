import { arabicNumerals, mainlandForms } from './chineseNumber.ts';
import { atClock, before, calendar, dayOf, moment, partOfDay, pastClock } from './span.ts';
import type { CalendarUnit, DayPart, Edge, Span, Unit } from './span.ts';

/** What Chinese words for a time mean, or undefined. */
export function chineseSpan(text: string, now: Date, edge: Edge): Span | undefined {
  if (!/\p{Script=Han}/u.test(text)) return undefined;
  const words = arabicNumerals(mainlandForms(text)).replace(/[\s的,，。]/gu, '');
  const bare = words.replace(/^(?:自从|从|自|在|到|至)/u, '').replace(/(?:以来|开始|为止|起)$/u, '');
  return vague(bare, now) ?? ago(bare, now) ?? stretch(bare, now) ?? period(bare, now) ?? dayAndClock(bare, now, edge);
}

function vague(text: string, now: Date): Span | undefined {
  if (/^(?:现在|此刻|目前)$/u.test(text)) return moment(now);
  return /^刚[才刚]$/u.test(text) ? { from: before(now, 5, 'minute'), to: now.getTime() } : undefined;
}

const UNITS: Record<string, Unit> = {
  秒: 'second', 分: 'minute', 小时: 'hour', 钟头: 'hour', 天: 'day', 日: 'day', 周: 'week', 星期: 'week', 礼拜: 'week', 月: 'month', 年: 'year',
};
/** 3天, 2个半小时, 半个月, 1小时30分钟 */
const LENGTH = String.raw`(?:(?:\d+(?:\.\d+)?个?半?|半个?)(?:秒|分|小时|钟头|天|日|周|星期|礼拜|月|年)钟?半?)+`;
const PIECE = /(\d+(?:\.\d+)?)?个?(半)?个?(秒|分|小时|钟头|天|日|周|星期|礼拜|月|年)钟?(半)?/gu;
const AGO = new RegExp(`^(${LENGTH})(?:之前|以前|前)$`, 'u');
const STRETCH = new RegExp(`^(?:最近|过去|近|这)(${LENGTH})(?:里|内|之内|以内|间)?$`, 'u');

function ago(text: string, now: Date): Span | undefined {
  const m = AGO.exec(text);
  return m ? moment(back(m[1] ?? '', now)) : undefined;
}

function stretch(text: string, now: Date): Span | undefined {
  const m = STRETCH.exec(text);
  return m ? { from: back(m[1] ?? '', now), to: now.getTime() } : undefined;
}

function back(length: string, now: Date): number {
  let at = now;
  for (const [, count, half, unit, halfAfter] of length.matchAll(PIECE)) {
    const total = Number(count ?? 0) + (half || halfAfter ? 0.5 : 0);
    at = new Date(before(at, total, UNITS[unit ?? ''] ?? 'second'));
  }
  return at.getTime();
}

const OFFSETS: Record<string, number> = { 上上: -2, 前: -2, 上: -1, 去: -1, 这: 0, 本: 0, 今: 0, 当: 0, 下: 1, 明: 1 };

/** 上周, 这个月, 去年, 2026年3月 */
function period(text: string, now: Date): Span | undefined {
  const m = /^(上上|上|这|本|下)1?个?(周|星期|礼拜|月)$/u.exec(text) ?? /^(今|去|前|明)(年)$/u.exec(text);
  if (m) return calendar({ 月: 'month', 年: 'year' }[m[2] ?? ''] as CalendarUnit | undefined ?? 'week', now, OFFSETS[m[1] ?? ''] ?? 0);
  const named = /^(?:(\d{4})年|(今|去|前)年)?(?:(\d{1,2})月份?)?$/u.exec(text);
  if (!named) return undefined;
  const year = named[1] ? Number(named[1]) : now.getFullYear() + (OFFSETS[named[2] ?? '今'] ?? 0);
  const monthOf = (earlier: number): Span | undefined => dayOf(year - earlier, Number(named[3] ?? 1), 1);
  const first = named[1] || named[2] ? monthOf(0) : latest(monthOf, now);
  return first && calendar(named[3] ? 'month' : 'year', new Date(first.from));
}

const DAY = String.raw`(?<word>大前天|前天|昨天|昨日|今天|今日|明天|当天|[昨今前](?=[早晚夜]))|(?<week>上上|上|这|本)?1?个?(?:周|星期|礼拜)(?<weekday>[1-7日天])|(?:(?:(?<year>\d{4})年|(?<near>[今去前])年)?(?<month>\d{1,2}|[上这本]个?)月)?(?<day>\d{1,2})[日号]|(?<y>\d{4})[-/.](?<m>\d{1,2})[-/.](?<d>\d{1,2})`;
const PART = '凌晨|清晨|早晨|早上|早间|早|上午|中午|正午|下午|午后|傍晚|晚上|晚间|晚|夜里|夜间|深夜|半夜|午夜|夜';
const CLOCK = String.raw`(?<hour>\d{1,2})(?:[点时]钟?(?:整|(?<half>半)|(?<quarter>[13])刻|过?(?<minute>\d{1,2})分?(?:(?<second>\d{1,2})秒)?)?|:(?<min>\d{2})(?::(?<sec>\d{2}(?:\.\d+)?))?)`;
const WHOLE = new RegExp(`^(?:${DAY})?(?<part>${PART})?(?:${CLOCK})?$`, 'u');

/** 昨天下午3点, 周三晚上, 11月3号8点半, 今天, 15:04 */
function dayAndClock(text: string, now: Date, edge: Edge): Span | undefined {
  const said = WHOLE.exec(text)?.groups;
  if (!said || text === '') return undefined;
  const hasDay = Boolean(said.word ?? said.weekday ?? said.day ?? said.d);
  const day = hasDay ? dayNamed(said, now) : calendar('day', now);
  if (!day) return undefined;
  const span = said.hour === undefined ? partNamed(day, said.part) : clockNamed(day, said);
  return span && (hasDay ? span : pastClock(span, now, edge));
}

type Said = Record<string, string | undefined>;

function dayNamed(said: Said, now: Date): Span | undefined {
  if (said.word) {
    const offset = { 大前天: -3, 前天: -2, 前: -2, 昨天: -1, 昨日: -1, 昨: -1, 明天: 1 }[said.word] ?? 0;
    return calendar('day', now, offset);
  }
  if (said.weekday) return weekdayNamed(said.week, said.weekday, now);
  if (said.y) return dayOf(Number(said.y), Number(said.m), Number(said.d));
  const year = said.year ? Number(said.year) : now.getFullYear() + (OFFSETS[said.near ?? '今'] ?? 0);
  const day = Number(said.day);
  if (said.month === undefined) return latest((earlier) => dayInMonth(now, -earlier, day), now);
  if (!/\d/.test(said.month)) return dayInMonth(now, OFFSETS[said.month.charAt(0)] ?? 0, day);
  const month = Number(said.month);
  return said.year || said.near ? dayOf(year, month, day) : latest((earlier) => dayOf(year - earlier, month, day), now);
}

/** Without a year or month the last one that is past is meant. */
function latest(at: (earlier: number) => Span | undefined, now: Date): Span | undefined {
  const here = at(0);
  return here && here.from <= now.getTime() ? here : at(1) ?? here;
}

function dayInMonth(now: Date, months: number, day: number): Span | undefined {
  const month = new Date(calendar('month', now, months).from);
  return dayOf(month.getFullYear(), month.getMonth() + 1, day);
}

function weekdayNamed(week: string | undefined, name: string, now: Date): Span {
  const index = /[日天7]/u.test(name) ? 6 : Number(name) - 1;
  const inWeek = (weeks: number): Span => calendar('day', new Date(calendar('week', now, weeks).from), index);
  if (week) return inWeek(OFFSETS[week] ?? 0);
  const here = inWeek(0);
  return here.from <= now.getTime() ? here : inWeek(-1);
}

const PART_NAMES: readonly (readonly [RegExp, DayPart])[] = [
  [/凌晨/u, 'smallHours'], [/早|清晨|上午/u, 'morning'], [/中午|正午/u, 'noon'], [/下午|午后/u, 'afternoon'], [/傍晚/u, 'evening'], [/晚|夜/u, 'night'],
];

function partOf(name: string | undefined): DayPart | undefined {
  return name === undefined ? undefined : PART_NAMES.find(([pattern]) => pattern.test(name))?.[1];
}

function partNamed(day: Span, name: string | undefined): Span {
  const part = partOf(name);
  return part ? partOfDay(day.from, part) : day;
}

function clockNamed(day: Span, said: Said): Span | undefined {
  const minute = said.half ? 30 : said.quarter ? Number(said.quarter) * 15 : Number(said.minute ?? said.min ?? 0);
  const second = Number(said.second ?? said.sec ?? 0);
  const hour = hourOf(Number(said.hour), partOf(said.part));
  if (Number(said.hour) > 24 || minute > 59 || second >= 60) return undefined;
  return moment(atClock(day.from, hour, minute, second));
}

/** 下午3点 is 15; 晚上12点 and 晚上1点 are of the next day; 凌晨12点 is 0. */
function hourOf(hour: number, part: DayPart | undefined): number {
  if (hour > 12) return hour;
  if (part === 'smallHours') return hour % 12;
  if (part === 'noon') return hour < 10 ? hour + 12 : hour;
  if (part === 'afternoon' || part === 'evening') return (hour % 12) + 12;
  if (part === 'night') return hour === 12 || hour < 5 ? (hour % 12) + 24 : hour + 12;
  return hour;
}

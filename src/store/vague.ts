import { atClock, before, calendar } from './span.ts';
import type { DayPart, Edge, Span, Unit } from './span.ts';

/** Reads the rest of a text, as spanOf does. */
type Read = (text: string, now: Date, edge: Edge) => Span | undefined;

const MINUTE = 60_000;
const RELATIVE = /\bago$|\bearlier$|前$|^\d+(?:\.\d+)?(?:s|m|min|h|d|w)\b/u;

/** How far "around" reaches to either side of a moment, and a moment that is said plainly: the more exactly it is said, the less. */
export function aroundMoment(at: number, text: string, how: 'around' | 'said', now = at): Span {
  const date = new Date(at);
  const half = RELATIVE.test(text) ? Math.max(MINUTE / 2, (Math.abs(now - at) || 0) * (how === 'around' ? 0.2 : 0.1)) : widthAt(date, how);
  return { from: at - half, to: at + half };
}

/** "Around 3pm" is half an hour, "around 3:15" a quarter, "around 3:17" five minutes; "at 3:17" is a minute, "at 3pm" five. */
function widthAt(date: Date, how: 'around' | 'said'): number {
  const [minutes, seconds] = [date.getMinutes(), date.getSeconds() + date.getMilliseconds() / 1000];
  if (seconds !== 0) return (how === 'around' ? 1 : 0.25) * MINUTE;
  if (how === 'said') return minutes === 0 ? 5 * MINUTE : MINUTE;
  return (minutes === 0 ? 30 : minutes % 15 === 0 ? 15 : 5) * MINUTE;
}

/** What people say who do not know exactly, in English or Chinese; undefined for all else. */
export function vagueSpan(text: string, now: Date, edge: Edge, read: Read): Span | undefined {
  return fewAgo(text, now) ?? soFar(text, now) ?? around(text, now, read) ?? partly(text, now, edge, read) ?? daytime(text, now, edge, read);
}

const AROUND = /^(?:at )?(?:around|about|circa|roughly|approximately|some ?time around|near|close to|~) ?(?<rest>.+)$|^(?<before>.+) (?:or so|or thereabouts|more or less)$/;
const AROUND_DAY = /^(?<day>.+?) (?:at )?(?:around|about|circa|roughly|approximately) (?<rest>.+)$/;
const AROUND_ZH = /^(?<day>.*?)(?:大约|大概|差不多|将近)(?:在)?(?<rest>.+?)(?:左右|前后|上下|附近|许)?$|^(?<before>.+?)(?:左右|前后|前後|上下|附近|许)$/u;

function around(text: string, now: Date, read: Read): Span | undefined {
  const said = (AROUND.exec(text) ?? AROUND_ZH.exec(text) ?? AROUND_DAY.exec(text))?.groups;
  if (!said) return undefined;
  const joint = /\p{Script=Han}/u.test(text) ? '' : ' ';
  const bare = `${said.day ? `${said.day}${joint}` : ''}${said.rest ?? said.before ?? ''}`.trim();
  const found = read(bare, now, 'since');
  if (!found) return undefined;
  const widened = widen(found, bare, now);
  // "around noon", said at ten to twelve, is today's
  const ahead = read(bare, now, 'until');
  const coming = ahead && ahead.from > now.getTime() ? widen(ahead, bare, now) : undefined;
  return coming && coming.from <= now.getTime() ? coming : widened;
}

function widen(span: Span, text: string, now: Date): Span {
  if (span.from === span.to) return aroundMoment(span.from, text, 'around', now.getTime());
  // 中午 is two hours by itself
  const quarter = span.to - span.from < 2 * 60 * MINUTE ? 0 : (span.to - span.from) / 4;
  return { from: span.from - quarter, to: span.to + quarter };
}

const UNITS: Record<string, Unit> = { second: 'second', minute: 'minute', hour: 'hour', day: 'day', week: 'week', month: 'month', 秒: 'second', 分: 'minute', 小时: 'hour', 钟头: 'hour', 天: 'day', 周: 'week', 星期: 'week', 个月: 'month', 月: 'month' };
const FEW = /^(?:just )?(?:a )?(few|couple of|couple|several|some) (second|minute|hour|day|week|month)s? ago$/;
const FEW_ZH = /^(?:前)?(好几|几|数|若干)个?(秒|分|小时|钟头|天|周|星期|个月|月)钟?(?:之前|以前|前)?$/u;
/** From, to: counts of the unit. */
const FEWNESS: Record<string, readonly [number, number]> = { few: [8, 1], couple: [4, 1], 'couple of': [4, 1], several: [12, 2], some: [12, 1], 几: [8, 1], 数: [8, 1], 若干: [12, 1], 好几: [12, 2] };

/** "A few minutes ago", 几分钟前. */
function fewAgo(text: string, now: Date): Span | undefined {
  const m = FEW.exec(text) ?? (/前/u.test(text) ? FEW_ZH.exec(text) : undefined);
  if (!m) return undefined;
  const unit = UNITS[m[2] ?? ''] ?? 'minute';
  // seconds ago is as good as now
  const [first, last] = unit === 'second' ? [30, 0] : FEWNESS[m[1] ?? ''] ?? [8, 1];
  return { from: before(now, first, unit), to: before(now, last, unit) };
}

/** Stretches that end now or shortly before: how long ago they begin and end, minutes. */
const SO_FAR: readonly (readonly [RegExp, number, number])[] = [
  [/^(?:just now|a moment ago|moments ago|this (?:very )?moment|right before)$|^(?:刚刚|刚才|剛才|剛剛|方才|适才)$/u, 5, 0],
  [/^(?:recently|lately|a (?:short|little) while ago|not long ago|shortly before)$|^(?:最近|近来|不久前|不久之前|一会儿?前|片刻前|一会儿之前|前一会儿)$/u, 60, 0],
  [/^(?:a (?:long |good )?while ago|earlier|some time ago)$|^(?:早些时候|好一会儿?前|之前|先前)$/u, 240, 0],
];

function soFar(text: string, now: Date): Span | undefined {
  if (/^(?:earlier today|so far today|today so far|since (?:this morning|midnight))$|^(?:今天早些时候|今天到现在|今天以来)$/u.test(text)) return { from: calendar('day', now).from, to: now.getTime() };
  const found = SO_FAR.find(([pattern]) => pattern.test(text));
  return found && { from: before(now, found[1], 'minute'), to: before(now, found[2], 'minute') };
}

/** What of a part of the day is early, in the middle and late: hours from its day's midnight. */
const PARTS: Record<Exclude<DayPart, 'noon' | 'smallHours'>, readonly [early: readonly [number, number], mid: readonly [number, number], late: readonly [number, number]]> = {
  morning: [[5, 8], [8, 10.5], [10, 12]],
  afternoon: [[12, 14], [13.5, 15.5], [15.5, 18]],
  evening: [[17, 19], [19, 21], [21, 24]],
  night: [[18, 21], [23, 26], [22, 28]],
};
const SHARES: Record<string, 0 | 1 | 2> = { early: 0, mid: 1, 'the middle of': 1, late: 2 };
const PARTLY = /^(?:(?<day>.+?) )?(?:in (?:the )?)?(?<share>early|mid|late|the middle of)[ -](?:in the |on the |at )?(?:the )?(?<inner>.+? )?(?<part>morning|afternoon|evening|night)$/;
const PARTLY_ZH = /^(?<day>.*?)(?<part>早上|上午|下午|傍晚|晚上|夜里)(?<share>早些时候|早段|前半段|刚开始|中段|晚些时候|后半段|快结束)$/u;
const PART_ZH: Record<string, DayPart> = { 早上: 'morning', 上午: 'morning', 下午: 'afternoon', 傍晚: 'evening', 晚上: 'evening', 夜里: 'night' };
const SHARE_ZH: Record<string, 0 | 1 | 2> = { 早些时候: 0, 早段: 0, 前半段: 0, 刚开始: 0, 中段: 1, 晚些时候: 2, 后半段: 2, 快结束: 2 };

/** "Early this morning", "late last night", "yesterday mid-afternoon", 昨天下午晚些时候. */
function partly(text: string, now: Date, edge: Edge, read: Read): Span | undefined {
  const english = PARTLY.exec(text)?.groups;
  const said = english ?? PARTLY_ZH.exec(text)?.groups;
  if (!said) return undefined;
  const part = english ? (said.part as DayPart) : PART_ZH[said.part ?? ''];
  const share = english ? SHARES[said.share ?? ''] : SHARE_ZH[said.share ?? ''];
  if (part === undefined || share === undefined || part === 'noon' || part === 'smallHours') return undefined;
  const name = english ? `${said.day ?? (said.inner ?? '')} ${said.part ?? ''}`.replace(/\s+/g, ' ').trim() : `${said.day ?? ''}${said.part ?? ''}`;
  const whole = read(name, now, edge);
  if (!whole) return undefined;
  const [from, to] = PARTS[part][share];
  const here = calendar('day', new Date(whole.from)).from;
  const named = name !== said.part;
  const day = !named && hourOf(here, from) > now.getTime() ? calendar('day', new Date(here), -1).from : here;
  return { from: hourOf(day, from), to: hourOf(day, to) - 1 };
}

function hourOf(day: number, hour: number): number {
  return atClock(day, Math.floor(hour), Math.round((hour % 1) * 60));
}

/** Times of the day that have a name and no hour of their own: from, to. */
const DAYTIMES: readonly (readonly [RegExp, readonly [number, number]])[] = [
  [/^(?:lunch ?time|lunch|noon ?time|over lunch)$|^(?:午饭时间?|午餐时间?|中饭时)$/u, [11.5, 13.5]],
  [/^(?:breakfast ?time|breakfast)$|^(?:早饭时间?|早餐时间?)$/u, [6.5, 9]],
  [/^(?:dinner ?time|dinner|supper ?time|supper)$|^(?:晚饭时间?|晚餐时间?)$/u, [18, 20]],
  [/^(?:dawn|daybreak|sunrise|first light)$|^(?:黎明|拂晓|天亮时?|日出)$/u, [5, 7]],
  [/^(?:dusk|sunset|nightfall)$|^(?:黄昏|日落|天黑时?)$/u, [17, 20]],
  [/^(?:mid ?day)$|^(?:晌午|正午时分|正午前后)$/u, [11.5, 12.5]],
  [/^(?:over ?night|during the night|in the night)$|^(?:一整?夜|通宵|夜间)$/u, [18, 30]],
  [/^(?:the small hours|the early hours|small hours)$|^(?:后半夜)$/u, [0, 6]],
  [/^(?:大清早|一大早|清早|大早上)$/u, [5, 8]],
];

function daytime(text: string, now: Date, edge: Edge, read: Read): Span | undefined {
  const bare = text.replace(/^(?:at|in|during|over|the) /, '');
  for (const [pattern, hours] of DAYTIMES) {
    if (pattern.test(bare)) return onLastDay(hours, now);
    const day = dayBeside(bare, pattern);
    const found = day === undefined ? undefined : read(day, now, edge);
    if (found && found.to - found.from < 30 * 60 * MINUTE && found.to > found.from) return { from: hourOf(found.from, hours[0]), to: hourOf(found.from, hours[1]) - 1 };
  }
  return undefined;
}

/** "yesterday at lunchtime", "lunchtime yesterday", 昨天午饭时间: the day. */
function dayBeside(text: string, pattern: RegExp): string | undefined {
  const splits = /\p{Script=Han}/u.test(text) ? [...text].map((_, i) => [text.slice(0, i), text.slice(i)] as const) : text.split(' ').flatMap((_, i, words) => {
    const [left, right] = [words.slice(0, i).join(' '), words.slice(i).join(' ')];
    return [[left.replace(/ (?:at|in|during|over)$/, ''), right.replace(/^the /, '')], [right, left]] as const;
  });
  return splits.find(([day, name]) => day !== '' && pattern.test(name))?.[0];
}

/** Today's, or yesterday's where today's has not begun. */
function onLastDay([from, to]: readonly [number, number], now: Date): Span {
  const today = calendar('day', now).from;
  const day = hourOf(today, from) <= now.getTime() ? today : calendar('day', now, -1).from;
  return { from: hourOf(day, from), to: hourOf(day, to) - 1 };
}

import { LookoutError } from '../errors.ts';
import { ownZone } from '../rules/zone.ts';
import { meantIn } from '../store/asked.ts';
import { parseStretch } from '../store/stretch.ts';
import { shownStretch } from './clock.ts';
import type { AskOptions } from './request.ts';
import type { AskedRange, Stretch } from './steps.ts';

/** Of a camera without a range: so much up to now, ms; what the daemon's memory of frames holds. */
const LIVE_MS = 20_000;
/** Numbers before this are no time since the epoch: 2000-01-01, ms. */
const EPOCHAL = 946_684_800_000;

type Asked = Pick<AskOptions, 'time_range' | 'timestamp_unit' | 'timezone'>;

/** What of a video is meant, ms from its beginning; `to` is Infinity where its end is. Throws TIME_UNPARSABLE, USAGE. */
export function fileRange({ time_range: range, timestamp_unit: unit }: Asked): Stretch | { readonly last: number } {
  if (range === undefined) return { from: 0, to: Infinity };
  if (typeof range === 'string') return fileWords(range);
  const [from, to] = range.map((end) => (typeof end === 'number' ? end * factor(unit) : fileMoment(end))) as [number, number];
  return ordered(from, to, 'A range of a video is two times from its beginning, the smaller first.');
}

/** A range of wall clock, up to now at most. `newest`: when the newest frame was taken, for those who ask about now, ms. Throws TIME_UNPARSABLE, USAGE, RANGE_AHEAD. */
export function cameraRange({ time_range: range, timestamp_unit: unit, timezone }: Asked, now: number, newest?: number): AskedRange {
  const zone = timezone ?? ownZone();
  // while nothing moves hardly any frames come, and the last ones still show what there is
  const still = newest !== undefined && newest < now - LIVE_MS / 2;
  const { from, to } = isNow(range) ? { from: (still ? newest : now) - LIVE_MS, to: now } : clockRange(range, factor(unit), now, timezone);
  if (from > now + 1000) throw new LookoutError('RANGE_AHEAD', `The range begins ${shownStretch({ from, to }, zone)}, which lies ahead.`);
  const past = { from: Math.min(from, now), to: Math.min(to, now) };
  return { ...past, understood: shownStretch(past, zone) };
}

function isNow(range: AskOptions['time_range']): range is undefined | string {
  return range === undefined || (typeof range === 'string' && /^(?:right )?now$|^(?:现在|此刻|目前|現在)$/iu.test(range.trim()));
}

function clockRange(range: Exclude<AskOptions['time_range'], undefined>, unit: number, now: number, timezone: string | undefined): Stretch {
  if (typeof range === 'string') {
    if (/\b(?:next|coming|upcoming)\b|接下来|接下來|未来|未來/iu.test(range)) throw new LookoutError('RANGE_AHEAD', `${JSON.stringify(range.slice(0, 100))} lies ahead.`);
    return parseStretch(meantIn(range, timezone), new Date(now));
  }
  const [first, last] = range;
  if (typeof first === 'number' && typeof last === 'number') {
    const [from, to] = [first, last].map((n) => (n <= 0 ? now + n * unit : n * unit)) as [number, number];
    if (from < EPOCHAL) throw new LookoutError('USAGE', 'Of a camera, numbers in time_range count from the epoch, or back from now where they are negative; a video has times from its beginning.');
    return ordered(from, to, 'A range is two times, the earlier first.');
  }
  return twoWords(String(first), String(last), new Date(now), timezone);
}

/** `["yesterday 14:00", "14:20"]`: what the second leaves out, it has from the first. */
function twoWords(first: string, last: string, now: Date, timezone: string | undefined): Stretch {
  const joint = /\p{Script=Han}/u.test(first + last) ? '到' : ' to ';
  const found = parseStretch(meantIn(`${first}${joint}${last}`, timezone), now);
  return ordered(found.from, found.to, 'A range is two times, the earlier first.');
}

function ordered(from: number, to: number, remark: string): Stretch {
  if (!(from < to) || from < 0) throw new LookoutError('USAGE', remark);
  return { from, to };
}

function factor(unit: 'ms' | 's'): number {
  return unit === 's' ? 1000 : 1;
}

const CLOCK = String.raw`(?:\d+:)?\d{1,2}:\d{1,2}(?:\.\d+)?|\d+(?:\.\d+)? ?(?:s|sec|seconds?|m|min|minutes?|秒|分钟?)?`;
const FILE_RANGE = new RegExp(`^(?:from |between |从)?(${CLOCK}) ?(?:-|–|—|to|until|and|到|至|\\.\\.+|/) ?(${CLOCK})$`, 'iu');
const FIRST = /^(?:the )?first (?:(\d+(?:\.\d+)?) )?(seconds?|minutes?)$|^(?:前|开头|最初)(\d+(?:\.\d+)?)(秒|分钟)$/iu;
const LAST = /^(?:the )?last (?:(\d+(?:\.\d+)?) )?(seconds?|minutes?)$|^(?:最后|结尾|末尾)(\d+(?:\.\d+)?)(秒|分钟)$/iu;

function fileWords(text: string): Stretch | { readonly last: number } {
  const clean = text.normalize('NFKC').trim().replace(/\s+/gu, ' ');
  if (/^(?:all|everything|the whole (?:video|file)|whole|全部|整个视频)$/iu.test(clean)) return { from: 0, to: Infinity };
  const ends = FILE_RANGE.exec(clean);
  if (ends) return ordered(fileMoment(ends[1] ?? ''), fileMoment(ends[2] ?? ''), 'A range of a video is two times from its beginning, the smaller first.');
  const first = FIRST.exec(clean);
  if (first) return { from: 0, to: lengthOf(first) };
  const last = LAST.exec(clean);
  if (last) return { last: lengthOf(last) };
  throw new LookoutError('TIME_UNPARSABLE', `${JSON.stringify(text.slice(0, 100))} is no part of a video that I can read: 0:15-0:20, "first 30 seconds", "last 2 minutes".`);
}

function lengthOf(m: RegExpExecArray): number {
  return Number(m[1] ?? m[3] ?? 1) * (/^(?:m|分)/iu.test(m[2] ?? m[4] ?? '') ? 60_000 : 1000);
}

/** `15s`, `0:15`, `1:02:03.5`, `2 min`: ms. */
function fileMoment(text: string): number {
  const clean = text.trim();
  if (/^(?:\d+:){1,2}\d+(?:\.\d+)?$/.test(clean)) return clean.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
  const m = /^(\d+(?:\.\d+)?) ?(s|sec|seconds?|m|min|minutes?|秒|分钟?)?$/iu.exec(clean);
  if (!m) throw new LookoutError('TIME_UNPARSABLE', `${JSON.stringify(text.slice(0, 100))} is no time in a video: 15s, 0:15 or 1:02:03.5.`);
  return Number(m[1]) * (/^(?:m|分)/iu.test(m[2] ?? '') ? 60_000 : 1000);
}

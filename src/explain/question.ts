import { LookoutError } from '../errors.ts';
import { meantIn } from '../store/asked.ts';
import { parseWhen } from '../store/when.ts';
import type { WhyNotQuestion } from './gather.ts';

/** Why no alert, as people ask it: of a moment or of an event. */
export interface AskedWhyNot {
  readonly rule: string;
  readonly camera?: string;
  readonly at?: string;
  /** its id, or a beginning of it */
  readonly event?: string;
  /** how far `at` may be off, s */
  readonly slack: number;
  readonly timezone?: string;
}

interface Sources {
  event(id: string): { readonly id: string; readonly camera: string; readonly start: number; readonly end: number } | undefined;
  /** cameras of the rule, or all where it has none of its own or is not there */
  cameras(rule: string): readonly string[];
  readonly now: number;
  /** writes a time for people */
  time(ms: number): string;
}

/** @throws LookoutError USAGE, LOG_UNKNOWN_ID, TIME_UNPARSABLE */
export function whyNotQuestion({ rule, camera, at, event, slack, timezone }: AskedWhyNot, { now, time, ...sources }: Sources): WhyNotQuestion {
  if ((at === undefined) === (event === undefined)) throw new LookoutError('USAGE', 'say either at which time or for which event.');
  const about = event === undefined ? undefined : sources.event(event);
  if (event !== undefined && !about) throw new LookoutError('LOG_UNKNOWN_ID', `the log has no event ${JSON.stringify(event.slice(0, 80))}.`);
  const where = camera ?? about?.camera ?? only(sources.cameras(rule));
  const { from, to } = about ? { from: about.start, to: about.end } : stretch(at ?? 'now', now, timezone);
  if (from > now) throw new LookoutError('USAGE', `${time(from)} lies ahead.`);
  return { rule, camera: where, from, to: Math.max(from, Math.min(to, now)), slack: slack * 1000, ...(about ? { event: about.id } : {}) };
}

function only([camera, other]: readonly string[]): string {
  if (camera === undefined || other !== undefined) throw new LookoutError('USAGE', 'Which camera? The rule is for several, or for all.');
  return camera;
}

/** A clock time without seconds, as a program or a person writes it. */
const MINUTE = /(?:^|[^\d:+])\d{1,2}[:：]\d{2}(?![\d:：])/u;

/** A moment, or what people mean by more than one: a whole day. */
function stretch(at: string, now: number, timezone: string | undefined): { from: number; to: number } {
  const text = meantIn(at, timezone);
  const from = parseWhen(text, new Date(now), 'since');
  const to = parseWhen(text, new Date(now), 'until');
  // said without a day, an `until` may lie ahead where a `since` does not
  const end = to < from || to > now ? from : to;
  // 14:05 is all of that minute
  return { from, to: end === from && MINUTE.test(at) ? from + 59_999 : end };
}

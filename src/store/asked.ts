import { LookoutError } from '../errors.ts';
import { HYPHEN, isTwoEnded, parseRange } from './range.ts';
import { cleanTime, parseWhen } from './when.ts';
import { zoneAtEnd } from './zone.ts';

/** A range as it is asked for: both ends at once (`when`), or one by one; in all the ways that a time may be written. */
export interface AskedRange {
  readonly when?: string;
  readonly since?: string;
  readonly until?: string;
  /** IANA's name of the zone that is meant where the text names none; by default this machine's */
  readonly timezone?: string;
}

/** Its ends, ms; what is not there is open. */
export interface AskedEnds {
  readonly since?: number;
  readonly until?: number;
}

/** What the ends are called in front of people. */
const NAMES = { since: 'since', until: 'until', both: 'give the time either as when or as since and until.' };
export const FLAGS = { since: '--since', until: '--until', both: 'give the time either at once or with --since and --until.' };

/** Reads a range. @throws LookoutError TIME_UNPARSABLE, USAGE where it ends before it begins */
export function endsOf(query: AskedRange, now: Date, names = NAMES): AskedEnds {
  const meant = (text: string | undefined): string | undefined => text && meantIn(text, query.timezone);
  const asked = { when: meant(query.when), since: meant(query.since), until: meant(query.until) };
  if (asked.when !== undefined && (asked.since !== undefined || asked.until !== undefined)) throw new LookoutError('USAGE', names.both);
  const { since, until } = asked.when === undefined ? apart(asked, now) : whole(asked.when, now);
  if (since !== undefined && until !== undefined && since > until) {
    throw new LookoutError('USAGE', `${names.since} (${new Date(since).toISOString()}) is later than ${names.until} (${new Date(until).toISOString()}).`);
  }
  return { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
}

/** Says where it stands on a clock or in the calendar already: since 1970, or with an offset. */
const ABSOLUTE = /^\d{10}(?:\d{3})?(?:\.\d+)?$|\d ?z(?!\w)|t[\d:.,]+ ?[+-]\d{2}/;

/** The text with its zone, where that goes without saying. */
export function meantIn(text: string, timezone: string | undefined): string {
  const clean = cleanTime(text);
  if (timezone === undefined || ABSOLUTE.test(clean)) return text;
  return zoneAtEnd(clean) && !HYPHEN.test(clean) ? text : `${text} ${timezone}`;
}

function whole(text: string, now: Date): AskedEnds {
  const { from, to } = parseRange(text, now);
  return { since: from, until: to };
}

/** `since: "between 2pm and 3pm"` says both ends. */
function apart({ since, until }: AskedRange, now: Date): AskedEnds {
  if (since !== undefined && until === undefined && isTwoEnded(since, now)) return whole(since, now);
  return {
    ...(since === undefined ? {} : { since: parseWhen(since, now, 'since') }),
    ...(until === undefined ? {} : { until: parseWhen(until, now, 'until') }),
  };
}

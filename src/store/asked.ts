import { LookoutError } from '../errors.ts';
import { isTwoEnded, parseRange } from './range.ts';
import { parseWhen } from './when.ts';

/** A range as it is asked for: both ends at once (`when`), or one by one; in all the ways that a time may be written. */
export interface AskedRange {
  readonly when?: string;
  readonly since?: string;
  readonly until?: string;
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
export function endsOf(asked: AskedRange, now: Date, names = NAMES): AskedEnds {
  if (asked.when !== undefined && (asked.since !== undefined || asked.until !== undefined)) throw new LookoutError('USAGE', names.both);
  const { since, until } = asked.when === undefined ? apart(asked, now) : whole(asked.when, now);
  if (since !== undefined && until !== undefined && since > until) {
    throw new LookoutError('USAGE', `${names.since} (${new Date(since).toISOString()}) is later than ${names.until} (${new Date(until).toISOString()}).`);
  }
  return { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
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

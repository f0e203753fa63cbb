import { LookoutError } from '../errors.ts';
import type { CoverageQuery } from '../store/coverage.ts';
import { endsOf } from '../store/asked.ts';
import type { AskedEnds, AskedRange } from '../store/asked.ts';
import { unwatched } from '../store/unwatched.ts';
import type { Coverage } from '../record.ts';
import { isoOrNull, unwatchedOut } from './shapes.ts';
import type { Unwatched } from './schemas/common.ts';

// What every question about a time has in common.

/** The log, the clock, and the cameras that are to be watched. */
export interface TimeNeeds {
  readonly log: { coverage(q: CoverageQuery): Coverage[]; aliveAt(): number | null };
  /** ids of those that are switched on */
  cameras(): readonly string[];
  /** wall clock, ms */
  now(): number;
}

/** Gaps that one answer tells. */
const MOST_GAPS = 1000;

export interface RangeOut {
  readonly since: string | null;
  readonly since_ms: number | null;
  readonly until: string | null;
  readonly until_ms: number | null;
}

/** Reads the range of a query. @throws LookoutError TIME_UNPARSABLE, USAGE */
export function rangeOf(query: AskedRange, { now }: Pick<TimeNeeds, 'now'>): AskedEnds {
  return endsOf(query, new Date(now()));
}

export function rangeOut({ since, until }: AskedEnds): RangeOut {
  return { since: isoOrNull(since), since_ms: since ?? null, until: isoOrNull(until), until_ms: until ?? null };
}

/** What nobody watched of the range. */
export function notWatched(needs: TimeNeeds, ends: AskedEnds, camera?: string): Unwatched[] {
  const cameras = camera === undefined ? needs.cameras() : [camera];
  return unwatched(needs.log, { ...ends, ...(camera === undefined ? {} : { camera }), most: MOST_GAPS }, cameras, needs.now()).slice(-MOST_GAPS).map(unwatchedOut);
}

/** A list of the log's answer: `items` come newest first, and go out in the order that was asked for. */
export function listOut<T>(needs: TimeNeeds, { items, more }: { readonly items: readonly T[]; readonly more: boolean }, { order, camera }: { readonly order: 'asc' | 'desc'; readonly camera?: string | undefined }, ends: AskedEnds) {
  return { items: order === 'asc' ? items.toReversed() : [...items], more, ...rangeOut(ends), not_watched: notWatched(needs, ends, camera) };
}

/** The version that `If-Match` names; `*` and nothing mean any. */
export function etagIn(ifMatch: string | undefined): { readonly etag?: string } {
  const text = ifMatch?.trim() ?? '';
  if (text === '' || text === '*') return {};
  const etag = /^(?:W\/)?"([^"]*)"$/.exec(text)?.[1] ?? text;
  if (/[",\s]/.test(etag)) throw new LookoutError('USAGE', 'If-Match names one version, as an answer’s etag does.');
  return { etag };
}

export function wantsEvents(accept: string | undefined): boolean {
  return /(?:^|,)\s*text\/event-stream\b/i.test(accept ?? '');
}

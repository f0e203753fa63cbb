import type { Event } from '../values.ts';
import type { BacktestLog } from './log.ts';

/** Events that began within [from, to), or, on the last page, up to `to`. */
export interface Page {
  readonly from: number;
  readonly to: number;
  readonly events: readonly Event[];
}

export interface PageOptions {
  readonly since: number;
  readonly until: number;
  /** events held at a time, more or less */
  readonly most?: number;
}

const MOST = 2000;
const HOUR = 3_600_000;
const LONGEST = 31 * 24 * HOUR;
/** The store's own ceiling. */
const CEILING = 100_000;

/**
 * The log's events in the order of their starts, a stretch of time at a time; stretches become shorter where much happened. Those that
 * began before `since` are left out.
 */
export function* pages(log: Pick<BacktestLog, 'events'>, { since, until, most = MOST }: PageOptions): Generator<Page> {
  let span = HOUR;
  for (let from = since; from <= until; ) {
    const to = Math.min(until, from + span);
    const last = to === until;
    const events = begunWithin(log, from, to, span > 1 ? most + 1 : CEILING).filter((event) => last || event.start < to);
    if (events.length > most && span > 1) {
      span = Math.max(1, Math.floor(span / 2));
      continue;
    }
    yield { from, to, events };
    if (last) return;
    if (events.length < most / 4) span = Math.min(LONGEST, span * 2);
    from = to;
  }
}

/** The first `most` that began within; what began before and still goes on comes first in an answer, and is asked past. */
function begunWithin(log: Pick<BacktestLog, 'events'>, since: number, until: number, most: number): Event[] {
  for (let limit = most; ; limit = Math.min(CEILING, limit * 2)) {
    const found = log.events({ since, until, order: 'asc', limit });
    const begun = found.filter((event) => event.start >= since);
    if (found.length < limit || begun.length >= most || limit === CEILING) return begun;
  }
}

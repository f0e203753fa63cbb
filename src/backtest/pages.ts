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
/** The store's own ceiling; reached where so many begin within one millisecond only. */
const CEILING = 100_000;

/**
 * The log's events in the order of their starts, a stretch of time at a time; stretches become shorter where much happened. Those that
 * began before `since` are left out.
 */
export function* pages(log: Pick<BacktestLog, 'events'>, { since, until, most = MOST }: PageOptions): Generator<Page> {
  let span = HOUR;
  for (let from = since; from <= until; ) {
    const to = Math.min(until, from + span);
    const found = log.events({ since: from, until: to, order: 'asc', limit: most + 1 });
    if (found.length > most && span > 1) {
      span = Math.max(1, Math.floor(span / 2));
      continue;
    }
    const last = to === until;
    const all = found.length > most ? log.events({ since: from, until: to, order: 'asc', limit: CEILING }) : found;
    yield { from, to, events: all.filter((event) => event.start >= from && (last || event.start < to)) };
    if (last) return;
    if (found.length < most / 4) span = Math.min(LONGEST, span * 2);
    from = to;
  }
}

import { setImmediate as turn } from 'node:timers/promises';

/** A question to the log that is asked a stretch of time at a time, newest rows first. Times in ms. */
export interface Walk<Row> {
  /** rows that overlap the stretch, newest first */
  find(q: { readonly since?: number; readonly until?: number; readonly limit: number }): Row[];
  /** by which they are in order */
  at(row: Row): number;
  /** what tells it from all others */
  key(row: Row): string;
  keep?(row: Row): boolean;
  readonly since?: number;
  readonly until?: number;
  /** how far back there is anything; undefined: nothing at all */
  oldest(): number | undefined;
  readonly wanted: number;
  now(): number;
  readonly signal?: AbortSignal;
}

const HOUR = 3_600_000;
const LEAST_SPAN = 1000;
/** A step that took less of the processor may be longer the next time, one that took more is to be shorter, ms. */
const QUICK = 4;
const SLOW = 15;
const GROWTH = 4;
/** Rows of a step of which not all are kept. */
const LEAST_ROWS = 200;

/**
 * The newest `wanted` rows, newest first, and whether there are more: walked through in steps that take some milliseconds each, so that a
 * search through millions of rows for what is rare keeps nobody waiting. @throws the signal's reason, STORE_…
 */
export async function newest<Row>(walk: Walk<Row>): Promise<{ rows: Row[]; more: boolean }> {
  const { wanted, signal } = walk;
  const found = new Map<string, Row>();
  const least = Math.max(walk.since ?? -Infinity, walk.oldest() ?? Infinity);
  let until = walk.until;
  let span = 6 * HOUR;
  const limit = Math.max(wanted + 1, walk.keep ? LEAST_ROWS : 0);
  for (;;) {
    signal?.throwIfAborted();
    const from = Math.max(least, Math.min(until ?? Infinity, walk.now()) - span);
    const last = from <= least;
    const began = process.cpuUsage();
    const batch = walk.find({ ...(last && walk.since === undefined ? {} : { since: last ? walk.since : from }), ...(until === undefined ? {} : { until }), limit });
    // not by the clock: what others do with the processor makes no step too long
    const took = spent(began);
    for (const row of batch) if (walk.keep?.(row) !== false) found.set(walk.key(row), row);
    const oldest = batch.at(-1);
    const full = batch.length === limit && oldest !== undefined;
    // of what began before that, there may be more that was not asked for yet
    const reach = full ? walk.at(oldest) : from;
    const sure = [...found.values()].filter((row) => (last && !full) || walk.at(row) >= reach).sort((a, b) => walk.at(b) - walk.at(a));
    if (sure.length > wanted || (last && !full)) return { rows: sure.slice(0, wanted), more: sure.length > wanted };
    until = full && until !== undefined && reach >= until ? until - 1 : reach;
    span = took < QUICK ? span * GROWTH : took > SLOW ? Math.max(LEAST_SPAN, span / GROWTH) : span;
    await turn();
  }
}

/** ms of the processor since then */
function spent(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

import type { BacktestLog } from './log.ts';

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** When a camera was watched, as far as the log tells. */
export interface WatchedCamera {
  readonly camera: string;
  /** in order; they do not touch */
  readonly stretches: readonly Stretch[];
  readonly ms: number;
}

const MOST_GAPS = 100_000;

/**
 * When the camera was watched between `since` and `until` (wall clock, ms): from the first thing that the log has of it to the daemon's
 * last sign of life, less the gaps. What was not watched is no absence.
 */
export function watchedTime(log: BacktestLog, camera: string, since: number, until: number): WatchedCamera {
  const first = firstKnown(log, camera);
  const end = Math.min(until, log.aliveAt() ?? until);
  const stretches: Stretch[] = [];
  let from = Math.max(since, first ?? Number.POSITIVE_INFINITY);
  for (const gap of log.coverage({ camera, since, until, order: 'asc', limit: MOST_GAPS })) {
    if (gap.start > from) stretches.push({ from, to: Math.min(end, gap.start) });
    from = Math.max(from, gap.end ?? Number.POSITIVE_INFINITY);
  }
  stretches.push({ from, to: end });
  const whole = stretches.filter((one) => one.to > one.from);
  return { camera, stretches: whole, ms: whole.reduce((sum, one) => sum + one.to - one.from, 0) };
}

function firstKnown(log: BacktestLog, camera: string): number | undefined {
  const starts = [
    log.looks({ camera, order: 'asc', limit: 1 })[0]?.from,
    log.events({ camera, order: 'asc', limit: 1 })[0]?.start,
    log.coverage({ camera, order: 'asc', limit: 1 })[0]?.end ?? undefined,
  ].filter((at) => at !== undefined);
  return starts.length === 0 ? undefined : Math.min(...starts);
}

/** The parts of the camera's watched time between two moments. */
export function between({ stretches }: WatchedCamera, from: number, to: number): Stretch[] {
  return stretches.flatMap((one) => (one.to > from && one.from < to ? [{ from: Math.max(from, one.from), to: Math.min(to, one.to) }] : []));
}

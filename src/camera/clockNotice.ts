import type { ClockReport } from '../ingest/clock/times.ts';

/** A camera's clock that is off by this much more or less than what was told last is told again, ms. */
const WORTH_TELLING = 1000;

/**
 * Tells what is news about a camera's own clock: how far it is off (ms, ahead +), null when it is right again; undefined when
 * there is none. Crystals drift, so what was told once is not told every second.
 */
export function createClockNotice(): (report: ClockReport) => number | null | undefined {
  let told: number | undefined;
  return ({ offset, reports = 0 }) => {
    if (offset === undefined) {
      // before its first reports a camera that was wrong is no better
      if (told === undefined || reports === 0) return undefined;
      told = undefined;
      return null;
    }
    if (told !== undefined && Math.abs(offset - told) < WORTH_TELLING) return undefined;
    told = offset;
    return Math.round(offset);
  };
}

import type { Point, Slope } from './line.ts';
import { AGREE, fitReports } from './reportLine.ts';
import type { ReportLine } from './reportLine.ts';
import { isMisstamped } from './envelope.ts';

/** How many reports above the line must agree to begin a new one. */
const CLEAN = 2;
const NOISY = 3;
/** Of so many, and, among reports of which most are late, within so much, ms. */
const AMONG = 24;
const AGREE_NOISY = 1;
/** Reports that have left the line for so long do not come back to it: ms, and how many there must be. */
const STALE = 90_000;
const STALE_COUNT = 15;
/** Crystals' usual skew, ms per ms. */
const USUAL = 0.0002;

/** Draws a line through reports. `arrivals`: the slope of the arrivals; `known`: what an earlier line told of the crystal. */
export function drawReports(points: readonly Point[], arrivals: Slope | undefined, known: Slope | undefined): ReportLine | undefined {
  const rate = arrivals && isMisstamped(arrivals.value) ? arrivals.value : 0;
  return fitReports(points, join({ value: rate, error: USUAL }, arrivals, known), rate);
}

/**
 * Those of the reports above a line (`late`) that show that it is no longer true: from one of them on, the lowest agree; or they
 * have stayed above it for too long, of which those from `since` on say so.
 */
export function findRise(late: readonly Point[], isClean: boolean, since: number, draw: (points: readonly Point[]) => ReportLine | undefined): readonly Point[] | undefined {
  const [first, last] = [late[0], late.at(-1)];
  if (!first || !last) return undefined;
  if (late.length >= STALE_COUNT && last.x - first.x > STALE) return late.slice(since);
  const [enough, width] = isClean ? [CLEAN, AGREE] : [NOISY, AGREE_NOISY];
  const recent = late.slice(-AMONG);
  for (let i = 0; i + enough <= recent.length; i++) {
    const some = recent.slice(i);
    if ((draw(some)?.near[enough - 1] ?? Infinity) < width) return some;
  }
  return undefined;
}

/** What several estimates of one slope say together. */
function join(...estimates: readonly (Slope | undefined)[]): Slope {
  const known = estimates.filter((slope) => slope !== undefined);
  const precision = known.reduce((sum, { error }) => sum + error ** -2, 0);
  return { value: known.reduce((sum, { value, error }) => sum + value * error ** -2, 0) / precision, error: precision ** -0.5 };
}

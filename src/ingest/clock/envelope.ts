import { lowerHull, quantile, SKEW, support } from './line.ts';
import type { Line, Point, Slope } from './line.ts';

/** The lower envelope of arrivals (stream time, wall time), both in ms. */
export interface Envelope {
  add(x: number, y: number): void;
  line(): Line | undefined;
  /** undefined while too little has been seen to tell */
  slope(): Slope | undefined;
}

interface BucketPoint extends Point {
  readonly bucket: number;
}

const BUCKET = 1000;
/** Older points are forgotten: the clocks drift. Buckets. */
const KEPT = 120;
/** Below so many buckets the two clocks are taken to run equally fast. */
const ENOUGH_FOR_SLOPE = 10;
/** Wrong stamps are wrong by more, ms per ms; by far more, and a few buckets show it. */
const MISSTAMPED = 0.01;
const GROSSLY = 0.05;
const ENOUGH_FOR_GROSS = 4;
/** Points this near to a line lie on it, ms. */
const ON_THE_LINE = 30;
/** Points that the spread is taken over. */
const RECENT = 10;
/** A point this far below the line, or this many buckets far above it, mean that the stream's clock jumped: a new line begins. */
const JUMP = 1000;
const JUMP_BUCKETS = 15;

/**
 * Delays only ever make a packet late, never early, so the true relation of two clocks is the line that touches the earliest
 * points from below. One point a second is kept, the earliest; the line is the edge of their lower hull under the mean, which
 * minimises the summed delay (Moon, Skelly and Towsley, "Estimation and removal of clock skew from network delay
 * measurements", 1999).
 */
export function createEnvelope(): Envelope {
  let points: BucketPoint[] = [];
  let line: Line | undefined;

  const add = (point: BucketPoint): void => {
    const last = points.at(-1);
    const below = line !== undefined && above(point, line) < 0;
    if (below && above(point, line) < -JUMP) points = [];
    const same = points.length > 0 && last?.bucket === point.bucket;
    if (same && point.offset >= last.offset) return;
    if (same) points.pop();
    points.push(point);
    if (points.length > KEPT) points.shift();
    // a point above the line changes it only by leaving its bucket behind
    if (line && same && !below) return;
    line = fit(points);
    const recent = points.slice(-JUMP_BUCKETS);
    if (points.length <= JUMP_BUCKETS || recent.some((p) => above(p, line) <= JUMP)) return;
    points = recent;
    line = fit(points);
  };
  return {
    add: (x, y) => add({ bucket: Math.floor(y / BUCKET), x, offset: y - x }),
    line: () => line,
    slope() {
      const [first, last] = [points[0], points.at(-1)];
      if (!first || !last || !line || line.slope === 0) return undefined;
      return { value: line.slope, error: (1.5 * (line.spread + 1)) / (last.x - first.x) };
    },
  };
}

const above = (point: Point, line: Line | undefined): number => (line ? point.x + point.offset - line.at(point.x) : 0);

function fit(points: readonly Point[]): Line | undefined {
  const [first] = points;
  if (!first) return undefined;
  const { line, heights } = touching(points, first.x, points.length < ENOUGH_FOR_GROSS ? 0 : slopeUnderMean(lowerHull(points), points));
  const few = points.length < ENOUGH_FOR_SLOPE;
  const skewed = !few && Math.abs(line.slope) < SKEW;
  // a slope that no two clocks have is believed when all points lie on it: a camera that stamps 25 fps and ships 21
  const misstamped = Math.abs(line.slope) > (few ? GROSSLY : MISSTAMPED) && quantile(heights, 0.9) < ON_THE_LINE;
  return skewed || misstamped ? line : touching(points, first.x, 0).line;
}

/** Whether a slope is none of a crystal but of a camera that stamps its frames wrong. */
export function isMisstamped(slope: number): boolean {
  return Math.abs(slope) > MISSTAMPED;
}

function touching(points: readonly Point[], origin: number, slope: number): { readonly line: Line; readonly heights: readonly number[] } {
  const { heights, least } = support(points, origin, slope);
  return { line: { at: (x) => x + least + slope * (x - origin), spread: quantile(heights.slice(-RECENT), 0.5), slope }, heights };
}

function slopeUnderMean(hull: readonly Point[], points: readonly Point[]): number {
  const mean = points.reduce((sum, p) => sum + p.x, 0) / points.length;
  const right = hull.findIndex((p) => p.x > mean);
  const a = hull[right - 1];
  const b = hull[right];
  return a && b ? (b.offset - a.offset) / (b.x - a.x) : 0;
}

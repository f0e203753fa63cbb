/** A straight line through the earliest points: `at(x)` is its height, `spread` how far the recent points lie above it (median), ms. */
export interface Line {
  at(x: number): number;
  readonly spread: number;
}

/** The lower envelope of points (stream time, wall time), both in ms. */
export interface Envelope {
  add(x: number, y: number): void;
  line(): Line | undefined;
}

interface Point {
  readonly bucket: number;
  readonly x: number;
  /** wall time − stream time */
  readonly offset: number;
}

const BUCKET = 1000;
/** Older points are forgotten: the clocks drift. Buckets. */
const KEPT = 120;
/** Below so many buckets the two clocks are taken to run equally fast. */
const ENOUGH_FOR_SLOPE = 10;
/** Crystals differ by less, ms per ms. */
const SKEW = 0.0005;
/** Wrong stamps are wrong by more. */
const MISSTAMPED = 0.01;
/** Points this near to a line lie on it, ms. */
const ON_THE_LINE = 30;
/** Points that the spread is taken over. */
const RECENT = 10;
/** A point this far below the line, or this many buckets far above it, mean that the stream's clock jumped: a new line begins. */
const JUMP = 1000;
const JUMP_BUCKETS = 15;

/**
 * Delays only ever make a packet (or a sender's report) late, never early, so the true relation of two clocks is the line
 * that touches the earliest points from below. One point a second is kept, the earliest; the line is the edge of their lower
 * hull under the mean, which minimises the summed delay (Moon, Skelly and Towsley, "Estimation and removal of clock skew from
 * network delay measurements", 1999).
 */
export function createEnvelope(): Envelope {
  let points: Point[] = [];
  let cached: Line | undefined;

  return {
    add(x, y) {
      const point = { bucket: Math.floor(y / BUCKET), x, offset: y - x };
      const last = points.at(-1);
      if (cached && y - cached.at(x) < -JUMP) points = [];
      if (last?.bucket === point.bucket && points.length > 0) {
        if (point.offset >= last.offset) return;
        points.pop();
      }
      points.push(point);
      if (points.length > KEPT) points.shift();
      cached = fit(points);
      if (points.length > JUMP_BUCKETS) {
        const recent = points.slice(-JUMP_BUCKETS);
        if (recent.every((p) => above(p, cached) > JUMP)) {
          points = recent;
          cached = fit(points);
        }
      }
    },
    line: () => cached,
  };
}

const above = (point: Point, line: Line | undefined): number => (line ? point.x + point.offset - line.at(point.x) : 0);

function fit(points: readonly Point[]): Line | undefined {
  const [first] = points;
  if (!first) return undefined;
  const hull = lowerHull(points);
  const line = touching(points, first.x, points.length < ENOUGH_FOR_SLOPE ? 0 : slopeUnderMean(hull, points));
  const skewed = Math.abs(line.slope) < SKEW;
  // a slope that no two clocks have is believed when all points lie on it: a camera that stamps 25 fps and ships 21
  const misstamped = Math.abs(line.slope) > MISSTAMPED && quantile(line.heights, 0.9) < ON_THE_LINE;
  return skewed || misstamped ? line : touching(points, first.x, 0);
}

/** The line of a slope that touches the points from below. */
function touching(points: readonly Point[], origin: number, slope: number): Line & { readonly slope: number; readonly heights: readonly number[] } {
  const base = points.map((p) => p.offset - slope * (p.x - origin));
  const least = base.reduce((a, b) => Math.min(a, b), Infinity);
  const heights = base.map((offset) => offset - least);
  return { at: (x) => x + least + slope * (x - origin), spread: quantile(heights.slice(-RECENT), 0.5), slope, heights };
}

function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? 0;
}

function lowerHull(points: readonly Point[]): Point[] {
  const hull: Point[] = [];
  for (const p of points.toSorted((a, b) => a.x - b.x || b.offset - a.offset)) {
    for (;;) {
      const [a, b] = hull.slice(-2);
      if (!a || !b || (b.x - a.x) * (p.offset - a.offset) - (b.offset - a.offset) * (p.x - a.x) > 0) break;
      hull.pop();
    }
    hull.push(p);
  }
  return hull;
}

function slopeUnderMean(hull: readonly Point[], points: readonly Point[]): number {
  const mean = points.reduce((sum, p) => sum + p.x, 0) / points.length;
  const right = hull.findIndex((p) => p.x > mean);
  const a = hull[right - 1];
  const b = hull[right];
  return a && b ? (b.offset - a.offset) / (b.x - a.x) : 0;
}

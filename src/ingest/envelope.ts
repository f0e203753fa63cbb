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
  const edge = points.length < ENOUGH_FOR_SLOPE ? flat(points) : edgeUnderMean(lowerHull(points), points);
  if (!edge) return undefined;
  const at = (x: number): number => x + edge.offset + edge.slope * (x - edge.x);
  const recent = points.slice(-10).map((p) => p.x + p.offset - at(p.x));
  recent.sort((a, b) => a - b);
  return { at, spread: Math.max(0, recent[recent.length >> 1] ?? 0) };
}

interface Edge {
  readonly x: number;
  readonly offset: number;
  readonly slope: number;
}

function flat(points: readonly Point[]): Edge | undefined {
  let least: Point | undefined;
  for (const p of points) if (!least || p.offset < least.offset) least = p;
  return least && { x: least.x, offset: least.offset, slope: 0 };
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

function edgeUnderMean(hull: readonly Point[], points: readonly Point[]): Edge | undefined {
  const mean = points.reduce((sum, p) => sum + p.x, 0) / points.length;
  const right = hull.findIndex((p) => p.x > mean);
  const a = hull[right - 1];
  const b = hull[right];
  if (!a || !b) return flat(points);
  return { x: a.x, offset: a.offset, slope: (b.offset - a.offset) / (b.x - a.x) };
}

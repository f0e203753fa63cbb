import { lowerHull, quantile, SKEW, support } from './line.ts';
import type { Line, Point, Slope } from './line.ts';

/** The line through a camera's sender reports. */
export interface ReportLine extends Line {
  readonly error: number;
  /** how far the reports are from it, nearest first, ms */
  readonly near: readonly number[];
  /** stream time of the last of them, ms */
  readonly touched: number;
  /** by how much it may be late at the most, ms; Infinity while no two reports agree. At stream time x. */
  late(x: number): number;
}

/** Reports within so much of each other agree, ms. */
export const AGREE = 3;
/** What camera and RTP clock leave in a prompt report, ms. */
const NOISE = 0.3;
/** A report's weight halves in so long, ms. */
const HALF = 60_000;
/** An edge of the hull must be worth so much more than the slope known beforehand, and more still where it contradicts that. */
const BETTER = 0.5;
const CONTRADICTION = 3;
const ENOUGH_FOR_SLOPE = 3;
/** A line is late by less than so many times the distance at which a second, or a third, report agrees. */
const OF_TWO = 400;
const OF_THREE = 20;
const RECENT = 10;
/** A line that is late by less is sure, ms. */
export const SURE = 100;

/**
 * A report may be stamped late, never early, so the line touches the reports from below; of all lines that do (the slope known
 * beforehand, and the edges of the lower hull that two clocks can have) the one is taken on which the most reports lie, recent
 * ones counting more, and drawn through those by least squares, held to `prior` in so far as they do not tell the slope
 * themselves (a ridge regression). `rate` is the slope about which crystals differ.
 */
export function fitReports(points: readonly Point[], prior: Slope, rate: number): ReportLine | undefined {
  const newest = points.at(-1);
  if (!newest) return undefined;
  const weights = points.map((p) => 2 ** ((p.x - newest.x) / HALF));
  const weigh = (slope: number): { worth: number; on: boolean[]; count: number } => {
    const on = support(points, newest.x, slope).heights.map((height) => height < AGREE);
    return { on, worth: weights.reduce((sum, w, i) => sum + (on[i] ? w : 0), 0), count: on.filter(Boolean).length };
  };
  let best = weigh(prior.value);
  const hull = lowerHull(points);
  for (const [i, b] of hull.entries()) {
    const a = hull[i - 1];
    const slope = a ? (b.offset - a.offset) / (b.x - a.x) : Infinity;
    if (Math.abs(slope - rate) > SKEW) continue;
    const edge = weigh(slope);
    const worth = edge.worth - BETTER - Math.min(CONTRADICTION, ((slope - prior.value) / prior.error) ** 2 / 8);
    if (edge.count >= ENOUGH_FOR_SLOPE && worth > best.worth) best = { ...edge, worth };
  }
  const drawn = regress(points, weights.map((w, i) => (best.on[i] ? w : 0)), newest.x, prior);
  return describe(points, drawn, newest.x, points[best.on.lastIndexOf(true)]?.x ?? newest.x);
}

interface Drawn {
  readonly height: number;
  readonly slope: number;
  readonly error: number;
}

function regress(points: readonly Point[], weights: readonly number[], origin: number, prior: Slope): Drawn {
  const mean = (value: (p: Point) => number): number => points.reduce((sum, p, i) => sum + (weights[i] ?? 0) * value(p), 0) / total;
  const total = weights.reduce((a, b) => a + b, 0);
  const x = mean((p) => p.x - origin);
  const offset = mean((p) => p.offset);
  const xx = (total * mean((p) => (p.x - origin - x) ** 2)) / NOISE ** 2;
  const xy = (total * mean((p) => (p.x - origin - x) * (p.offset - offset))) / NOISE ** 2;
  const precision = prior.error ** -2;
  const slope = (xy + prior.value * precision) / (xx + precision);
  return { slope, height: offset - slope * x, error: (xx + precision) ** -0.5 };
}

function describe(points: readonly Point[], { height, slope, error }: Drawn, origin: number, touched: number): ReportLine {
  const residuals = points.map((p) => p.offset - height - slope * (p.x - origin));
  const near = residuals.map(Math.abs).toSorted((a, b) => a - b);
  const [, second = Infinity, third] = near;
  const agreed = third === undefined ? OF_TWO * second : OF_THREE * third;
  return {
    at: (x) => x + height + slope * (x - origin),
    slope,
    error,
    spread: Math.max(0, quantile(residuals.slice(-RECENT), 0.5)),
    near,
    touched,
    late: (x) => agreed + 2 * error * Math.max(0, x - touched),
  };
}

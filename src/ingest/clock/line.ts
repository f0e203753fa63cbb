/** What relates two clocks at one moment; both in ms. */
export interface Point {
  /** stream time */
  readonly x: number;
  /** wall time − stream time */
  readonly offset: number;
}

/** How much faster wall time runs than stream time, ms per ms, with its standard error. */
export interface Slope {
  readonly value: number;
  readonly error: number;
}

/** Wall time by stream time. `spread` is how far the recent points lie above it (median), ms. */
export interface Line {
  at(x: number): number;
  readonly slope: number;
  readonly spread: number;
}

/** Crystals differ by less, ms per ms. */
export const SKEW = 0.001;

/** The value that a part (0..1) of the others do not exceed; 0 of none. */
export function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? 0;
}

/** How far points lie above the line of a slope that touches them from below, ms, and where that line is at `origin`. */
export function support(points: readonly Point[], origin: number, slope: number): { readonly heights: readonly number[]; readonly least: number } {
  const base = points.map((p) => p.offset - slope * (p.x - origin));
  const least = base.reduce((a, b) => Math.min(a, b), Infinity);
  return { heights: base.map((offset) => offset - least), least };
}

/** The corners of the points' lower convex hull, by stream time (Andrew's monotone chain). */
export function lowerHull(points: readonly Point[]): Point[] {
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

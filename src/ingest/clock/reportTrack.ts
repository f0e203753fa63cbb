import { createLateness } from './contradiction.ts';
import type { Point, Slope } from './line.ts';
import { createPunctuality } from './punctuality.ts';
import { AGREE, SURE } from './reportLine.ts';
import type { ReportLine } from './reportLine.ts';
import { drawReports, findRise } from './rise.ts';
import type { Jump } from './timeline.ts';

/** A new line through the reports. */
export interface Step {
  /** ms by which it lies above the one before */
  readonly by: number;
  /** whether that one had been sure, so that the camera's clock was set; else it was only late */
  readonly wasSure: boolean;
}

/** A line through reports, and what speaks against it. */
export interface HeardLine extends ReportLine {
  /** ms by which the latest reports say that it has become too early, as it does when the camera's clock was set ahead */
  readonly contradicted: number;
  /** ms by which reports have been late at the most */
  readonly worst: number;
}

export interface ReportTrack {
  /** Takes a distinct report; tells when a new line has begun. */
  take(point: Point, arrivals: Slope | undefined, doubted: () => boolean): Step | undefined;
  carry(jump: Jump): void;
  line(): HeardLine | undefined;
}

/** Kept at the most; they come every second to every five. */
const KEPT = 90;
/** A report so far below the line begins a new one, ms. */
const FAR = 20;
/** One so far above, where the arrivals doubt a line that was clean, as well, ms. */
const FAR_ABOVE = 500;
/** Where reports were prompt, those above the line agree by so many of them or else are late. */
const CONFIRMED = 3;
/** A carried line and the next report agree within, ms. */
const CARRIED = 100;
/** What is at least forgotten of a known slope, ms per ms. */
const REMEMBERED = 0.000_03;

/** The line through a camera's reports, and when another takes its place: reports may be late, but the camera's clock may be set as well. */
export function createReportTrack(): ReportTrack {
  const [punctuality, lateness] = [createPunctuality(), createLateness()];
  let points: readonly Point[] = [];
  /** of `points`, those since the last that lay on the line */
  let late: readonly Point[] = [];
  let line: ReportLine | undefined;
  let known: Slope | undefined;
  let carried: Jump | undefined;
  /** how late the line may be at the most by what a carried line says of it, ms */
  let vouched = Infinity;

  /** A new line begins with these points; what was learned of the crystal stays. */
  const begin = (from: readonly Point[], arrivals: Slope | undefined): Step | undefined => {
    const before = line;
    if (before && (before.near[2] ?? Infinity) < AGREE) known = { value: before.slope, error: Math.max(before.error, REMEMBERED) };
    [late, carried, points, line] = [[], undefined, from, drawReports(from, arrivals, known)];
    lateness.begin();
    return before && line && stepBetween(before, line, from.at(-1)?.x ?? 0);
  };
  const afterJump = (point: Point, height: number, doubt: number, arrivals: Slope | undefined): Step | undefined => {
    const step = begin([point], arrivals);
    if (Math.abs(height) < CARRIED) vouched = doubt + Math.abs(height);
    return vouched < Infinity ? undefined : step;
  };
  return {
    take(point, arrivals, doubted) {
      vouched = Infinity;
      if (!line) return begin([point], arrivals);
      const height = point.x + point.offset - line.at(point.x);
      const slack = AGREE + 2 * line.error * Math.max(0, point.x - line.touched);
      if (carried && punctuality.isClean) return afterJump(point, height, carried.doubt, arrivals);
      if (height < -slack - (carried ? 0 : FAR)) {
        if (line.late(point.x) >= SURE) punctuality.saw(false, points.length);
        return begin([point], arrivals);
      }
      const wasClean = punctuality.isClean || (punctuality.wasClean && late.length < CONFIRMED);
      if (wasClean && height > FAR_ABOVE && doubted()) return begin([point], arrivals);
      const on = Math.abs(height) < slack;
      if (on) carried = undefined;
      late = height > slack ? [...late, point].slice(-KEPT) : [];
      const anew = findRise(late, wasClean, lateness.contradiction.since, (some) => drawReports(some, arrivals, known));
      punctuality.saw(on, on && points.length === 1 ? 2 : 1);
      if (anew) return begin(anew, arrivals);
      points = [...points, point].slice(-KEPT);
      line = drawReports(points, arrivals, known);
      lateness.compare(points, line, late.length, punctuality.wasClean);
      return undefined;
    },
    carry({ shift, doubt }) {
      if (!line) return;
      [points, late] = [moved(points, shift), moved(late, shift)];
      carried = { shift, doubt: doubt + (carried?.doubt ?? 0) };
      line = shifted(line, shift);
    },
    line() {
      const agreed = line && enough(points.length, punctuality.isSpotless) ? line.late : () => Infinity;
      return line && { ...line, contradicted: lateness.contradiction.by, worst: lateness.worst, late: (x) => Math.min(agreed(x), vouched) + (carried?.doubt ?? 0) };
    },
  };
}

/** Where some were late, two may agree by chance. */
const enough = (count: number, isSpotless: boolean): boolean => count > 2 || isSpotless;
const stepBetween = (before: ReportLine, after: ReportLine, x: number): Step => ({ by: after.at(x) - before.at(x), wasSure: before.late(x) < SURE });
const moved = (points: readonly Point[], shift: number): readonly Point[] => points.map((p) => ({ x: p.x + shift, offset: p.offset - shift }));

/** The same wall times, of stream times that are called otherwise now. */
function shifted(line: ReportLine, shift: number): ReportLine {
  return { ...line, at: (x) => line.at(x - shift), touched: line.touched + shift, late: (x) => line.late(x - shift) };
}

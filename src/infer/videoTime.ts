import type { Frame, Window } from '../values.ts';

/** Between the model's seconds and the wall clock. Seconds count from the window's first frame. */
export interface VideoTime {
  /** seconds of each frame, as the model is told them */
  readonly times: readonly number[];
  /** wall clock (ms) of a second that the model said, held within the window */
  wallClock(seconds: number): number;
  /** whether a second lies at the first stamp or before, so that the event may have begun earlier */
  atStart(seconds: number): boolean;
  /** whether a second lies at the last stamp or after */
  atEnd(seconds: number): boolean;
  /** half-width (ms) of what the stamps around a second can tell: the frames' clock and half the distance to the next stamp */
  uncertainty(seconds: number): number;
}

/** Stamps are written with one decimal, and so are the answer's seconds: half of that is no difference, nor is what binary adds to it. */
const STAMP_ROUNDING = 0.05 + 1e-9;

/**
 * `aligned`: the model is told the times at which the frames were taken. Otherwise it is told evenly spaced ones over the
 * same length, as serving stacks do that renumber frames; what it says is mapped back through the frames all the same. `shown`: the
 * stamps that it saw, where they are not the pairs' means.
 */
export function videoTime(window: Window, aligned = true, shown?: readonly number[]): VideoTime {
  const { frames } = window;
  const first = frames[0];
  const last = frames.at(-1);
  if (!first || !last) throw new RangeError('a window holds at least one frame');
  const even = (last.at - first.at) / 1000 / Math.max(1, frames.length - 1);
  const times = frames.map((f, i) => (aligned ? (f.at - first.at) / 1000 : i * even));
  const stamps = shown && shown.length > 0 ? shown : pairStamps(times);
  return {
    times,
    wallClock: (seconds) => interpolate(times, frames, unrounded(seconds, stamps)),
    atStart: (seconds) => seconds <= (stamps[0] ?? 0) + STAMP_ROUNDING,
    atEnd: (seconds) => seconds >= (stamps.at(-1) ?? 0) - STAMP_ROUNDING,
    uncertainty: (seconds) => frameUncertainty(frames) + (stampGap(seconds, stamps) / 2) * 1000,
  };
}

/** A pair of frames carries one stamp, the mean of its times; an odd last frame is a pair with itself. */
function pairStamps(times: readonly number[]): number[] {
  return times.filter((_, i) => i % 2 === 0).map((t, k) => (t + (times[2 * k + 1] ?? t)) / 2);
}

/** A model mostly names a stamp: the stamp is then known better than its one decimal. */
function unrounded(seconds: number, stamps: readonly number[]): number {
  const near = stamps[nearest(seconds, stamps)];
  return near !== undefined && Math.abs(near - seconds) <= STAMP_ROUNDING ? near : seconds;
}

function nearest(seconds: number, stamps: readonly number[]): number {
  return stamps.reduce((best, s, i) => (Math.abs(s - seconds) < Math.abs((stamps[best] ?? Infinity) - seconds) ? i : best), 0);
}

/** Distance from the stamp next to a second to its farther neighbour, seconds. */
function stampGap(seconds: number, stamps: readonly number[]): number {
  const at = nearest(seconds, stamps);
  const here = stamps[at] ?? 0;
  return Math.max(here - (stamps[at - 1] ?? here), (stamps[at + 1] ?? here) - here);
}

/** Linear between the frames on either side of a second; held within the window. */
function interpolate(times: readonly number[], frames: readonly Frame[], seconds: number): number {
  const after = times.findIndex((t) => t >= seconds);
  const end = frames[after] ?? frames.at(-1);
  const start = frames[after - 1] ?? end;
  if (!start || !end) return 0;
  const from = times[after - 1] ?? 0;
  const to = times[after] ?? from;
  return to > from ? start.at + ((seconds - from) / (to - from)) * (end.at - start.at) : end.at;
}

function frameUncertainty(frames: readonly Frame[]): number {
  return Math.max(...frames.map((f) => f.uncertainty));
}

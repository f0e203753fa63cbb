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
  /** half-width (ms) of what the frames around a second can tell: their clock's uncertainty and half their distance */
  uncertainty(seconds: number): number;
}

/** Stamps are written with one decimal, and so are the answer's seconds: half of that is no difference. */
const STAMP_ROUNDING = 0.05;

/**
 * `aligned`: the model is told the times at which the frames were taken. Otherwise it is told evenly spaced ones over the
 * same length, as serving stacks do that renumber frames; what it says is mapped back through the frames all the same.
 */
export function videoTime(window: Window, aligned = true): VideoTime {
  const { frames } = window;
  const first = frames[0];
  const last = frames.at(-1);
  if (!first || !last) throw new RangeError('a window holds at least one frame');
  const even = (last.at - first.at) / 1000 / Math.max(1, frames.length - 1);
  const times = frames.map((f, i) => (aligned ? (f.at - first.at) / 1000 : i * even));
  const wallClock = (seconds: number): number => interpolate(times, frames, seconds);
  return {
    times,
    wallClock,
    atStart: (seconds) => seconds <= pairStamp(times, 0) + STAMP_ROUNDING,
    atEnd: (seconds) => seconds >= pairStamp(times, times.length - (times.length % 2 === 0 ? 2 : 1)) - STAMP_ROUNDING,
    uncertainty: (seconds) => uncertaintyAt(frames, wallClock(seconds)),
  };
}

/** A pair of frames carries one stamp, the mean of its times; an odd last frame is a pair with itself. */
function pairStamp(times: readonly number[], at: number): number {
  const a = times[at] ?? 0;
  return (a + (times[at + 1] ?? a)) / 2;
}

function interpolate(times: readonly number[], frames: readonly Frame[], seconds: number): number {
  const after = times.findIndex((t) => t >= seconds);
  const end = frames[after] ?? frames.at(-1);
  const start = frames[after - 1] ?? end;
  if (!start || !end) return 0;
  const from = times[after - 1] ?? 0;
  const to = times[after] ?? from;
  return to > from ? start.at + ((seconds - from) / (to - from)) * (end.at - start.at) : end.at;
}

function uncertaintyAt(frames: readonly Frame[], at: number): number {
  const next = Math.max(1, frames.findIndex((f) => f.at >= at));
  const before = frames[next - 1];
  const after = frames[next] ?? before;
  if (!before || !after) return 0;
  return Math.max(before.uncertainty, after.uncertainty) + (after.at - before.at) / 2;
}

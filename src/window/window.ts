import { concatMap, defer } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import type { Frame, Window, WindowReason } from '../values.ts';
import { createPairs } from './pairs.ts';

export interface WindowOptions {
  /** seconds that a window may span */
  readonly length: number;
  /** seconds of frame time between windows while something moves */
  readonly hop: number;
  /** most frames in a window; even */
  readonly maxFrames: number;
  /** fewest frames in a window of activity; a heartbeat makes do with a pair */
  readonly minFrames: number;
  /** seconds between looks at a quiet scene */
  readonly heartbeat: number;
  /** frames no farther apart than this, seconds, come from activity: between 1/frame_rate and idle_interval (default 0.75) */
  readonly activeGap?: number;
  /** wall clock, ms, for `cutAt`; without it the time of the frame that completed the window */
  now?(): number;
}

/** A cut may come this early, ms: frame times jitter, and a pair later would be half a second late. */
const EARLY = 60;
/** A clock that goes back by less than this, ms, is jitter: the frame is left out. By more: the clock was set, start anew. */
const CLOCK_STEP = 1000;

/**
 * Cuts the kept frames of ONE camera into rolling windows of whole pairs. While frames come densely (the sampler's sign of
 * activity) a window is cut every `hop`, the first one a hop after the activity's first frame, and one more when the
 * activity is over, with the frames that followed it; otherwise one every `heartbeat`. All by the frames' own times.
 */
export function windows(opts: WindowOptions): OperatorFunction<Frame, Window> {
  return (source) =>
    defer(() => {
      const windower = createWindower(opts);
      return source.pipe(concatMap((frame) => windower(frame)));
    });
}

/** The operator's state machine: takes a kept frame, gives the window that it completes, if any. */
export function createWindower(opts: WindowOptions): (frame: Frame) => Window[] {
  const hop = opts.hop * 1000;
  const activeGap = (opts.activeGap ?? 0.75) * 1000;
  const maxFrames = Math.max(2, opts.maxFrames - (opts.maxFrames % 2));
  const pairs = createPairs(maxFrames / 2);
  let lastAt = -Infinity;
  let lastCut = -Infinity;
  let due = Infinity;
  let active = false;
  let first = false;
  let fresh = false;
  let count = 0;

  const cut = (reason: WindowReason, at: number): Window[] => {
    const frames = pairs.newest(opts.length * 1000, maxFrames, opts.minFrames);
    const newest = frames.at(-1);
    if (!newest || frames.length < (reason === 'heartbeat' ? 2 : opts.minFrames)) return [];
    lastCut = at;
    fresh = false;
    first = false;
    due = Math.max(due + hop, at + hop / 2);
    count++;
    const id = `${newest.camera}-${Math.round(newest.at).toString(36)}-${count.toString(36)}`;
    return [{ id, camera: newest.camera, frames, reason, cutAt: opts.now?.() ?? at }];
  };

  return (frame) => {
    const { at } = frame;
    if (at <= lastAt) {
      if (lastAt - at < CLOCK_STEP) return [];
      pairs.clear();
      active = false;
      fresh = false;
      lastAt = -Infinity;
    }
    // a quiet camera is first looked at when it has shown a whole window
    if (lastAt === -Infinity) lastCut = at + (opts.length - opts.heartbeat) * 1000;
    const dense = at - lastAt <= activeGap;
    const completed = pairs.push(frame);
    if (dense && !active) {
      active = true;
      first = true;
      due = lastAt + hop;
    }
    if (dense) fresh = true;
    lastAt = at;
    if (dense) return completed && at >= due - EARLY ? cut(first ? 'activity' : 'hop', at) : [];
    const over = active && fresh;
    active = false;
    if (over) return cut(first ? 'activity' : 'hop', at);
    return completed && at - lastCut >= opts.heartbeat * 1000 ? cut('heartbeat', at) : [];
  };
}

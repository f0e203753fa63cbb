import { concatMap, defer, filter, map } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import type { Frame, Window, WindowReason } from '../values.ts';
import { createHeartbeat } from './heartbeat.ts';
import type { Heartbeat } from './heartbeat.ts';
import { createPairs } from './pairs.ts';
import type { Pairs } from './pairs.ts';

export interface WindowOptions {
  /** seconds that a window may span */
  readonly length: number;
  /** seconds of frame time between windows while something moves */
  readonly hop: number;
  /** most frames in a window; even */
  readonly maxFrames: number;
  /** fewest frames in a window of activity; a heartbeat makes do with a pair */
  readonly minFrames: number;
  /** share of a full window, 0..1, with which the next one begins; 1: the window slides, its first frame moves at every hop */
  readonly overlap: number;
  /** seconds between looks at a quiet scene, at first */
  readonly heartbeat: number;
  /** seconds that they come apart at most while nothing changes (default 600) */
  readonly heartbeatMost?: number;
  /** frames no farther apart than this, seconds, come from activity: between 1/frame_rate and idle_interval (default 0.75) */
  readonly activeGap?: number;
  /** wall clock, ms, for `cutAt`; without it the time of the frame that completed the window */
  now?(): number;
}

/** A window that wants an answer, or one that still grows: the same first frame, and some frames short of the next one that is cut. */
export interface WindowStep {
  readonly kind: 'cut' | 'growing';
  readonly window: Window;
}

/** A cut may come this early, ms: frame times jitter, and a pair later would be half a second late. */
const EARLY = 60;
/** A clock that goes back by less than this, ms, is jitter: the frame is left out. By more: the clock was set, start anew. */
const CLOCK_STEP = 1000;
/** Looks at a still scene come so many seconds apart at most. */
export const HEARTBEAT_MOST = 600;

/**
 * Cuts the kept frames of ONE camera into rolling windows of whole pairs. While frames come densely (the sampler's sign of
 * activity) a window is cut every `hop`, the first one a hop after the activity's first frame, and one more when the
 * activity is over, with the frames that followed it. All by the frames' own times.
 *
 * A quiet scene is looked at by heartbeats: its newest pair, twice `heartbeat` after the last window of an activity (`heartbeat` after
 * one that no window showed to its end), then after ever longer pauses up to `heartbeatMost`. Distant frames suffice: a sleeping camera is checked every few seconds.
 *
 * During activity windows grow before they move: the first pair stays put from hop to hop until the window is full (`length` or
 * `maxFrames`); the next one begins anew with the newest `overlap` of it. The model is told times from the window's first frame,
 * so that a frame of a growing window keeps its stamp and its position in the prompt, and the keys and values computed for it at
 * one hop are those of the next: only new frames are paid for. A window that slides has to be computed whole at every hop.
 * After quiet that moved the first pair, a clock that was set and a gap, a window begins anew as well.
 */
export function windows(opts: WindowOptions): OperatorFunction<Frame, Window> {
  return (source) => source.pipe(windowSteps(opts), filter((step) => step.kind === 'cut'), map((step) => step.window));
}

/**
 * The same, and in between, at each pair of an activity that cuts no window, the window as grown so far: what the model may
 * take in before the question comes.
 */
export function windowSteps(opts: WindowOptions): OperatorFunction<Frame, WindowStep> {
  return (source) =>
    defer(() => {
      const windower = new Windower(opts);
      return source.pipe(concatMap((frame) => windower.take(frame)));
    });
}

/** The operator's state for one camera: takes a kept frame, gives the window that it completes or lets grow, if any. */
class Windower {
  readonly #opts: WindowOptions;
  readonly #pairs: Pairs;
  readonly #heartbeat: Heartbeat;
  #lastAt = -Infinity;
  #due = Infinity;
  #active = false;
  /** no window of this activity has been cut yet */
  #first = false;
  /** there are frames of the activity that no window has shown */
  #fresh = false;
  #count = 0;

  constructor(opts: WindowOptions) {
    this.#opts = opts;
    const most = Math.max(1, Math.floor(opts.maxFrames / 2));
    this.#pairs = createPairs({ length: opts.length * 1000, most, least: Math.ceil(opts.minFrames / 2), overlap: opts.overlap });
    this.#heartbeat = createHeartbeat({ first: opts.heartbeat * 1000, most: (opts.heartbeatMost ?? HEARTBEAT_MOST) * 1000 });
  }

  take(frame: Frame): WindowStep[] {
    const { at } = frame;
    if (at <= this.#lastAt) {
      if (this.#lastAt - at < CLOCK_STEP) return [];
      this.#startAnew();
    }
    const { length, hop, heartbeat, activeGap = 0.75 } = this.#opts;
    // a quiet camera is first looked at when it has shown a whole window
    if (this.#lastAt === -Infinity) this.#heartbeat.rest(at + length * 1000);
    const dense = at - this.#lastAt <= activeGap * 1000;
    if (dense && !this.#active) {
      this.#active = true;
      this.#first = true;
      this.#due = this.#lastAt + hop * 1000;
    }
    const completed = this.#pairs.push(frame, this.#active);
    this.#lastAt = at;
    if (dense) {
      this.#fresh = true;
      this.#heartbeat.rest(at + heartbeat * 1000);
      if (!completed) return [];
      return at >= this.#due - EARLY && this.#enough() ? this.#cut(this.#activity(), at) : this.#show('growing', this.#activity(), at);
    }
    const over = this.#active && this.#fresh;
    this.#active = false;
    if (over) return this.#enough() ? this.#cut(this.#activity(), at) : [];
    return completed && this.#heartbeat.due(at) ? this.#show('cut', 'heartbeat', at) : [];
  }

  #activity(): WindowReason {
    return this.#first ? 'activity' : 'hop';
  }

  #enough(): boolean {
    return this.#pairs.frames().length >= Math.max(1, this.#opts.minFrames);
  }

  #cut(reason: WindowReason, at: number): WindowStep[] {
    const hop = this.#opts.hop * 1000;
    const step = this.#show('cut', reason, at);
    if (step.length === 0) return [];
    this.#fresh = false;
    this.#first = false;
    // frames that follow and that no window shows set it back to the short pause
    this.#heartbeat.shown(at);
    this.#due = Math.max(this.#due + hop, at + hop / 2);
    return step;
  }

  #show(kind: WindowStep['kind'], reason: WindowReason, at: number): WindowStep[] {
    const frames = reason === 'heartbeat' ? this.#pairs.newest() : this.#pairs.frames();
    const newest = frames.at(-1);
    if (!newest) return [];
    const id = `${newest.camera}-${Math.round(newest.at).toString(36)}-${(this.#count + 1).toString(36)}`;
    if (kind === 'cut') this.#count++;
    return [{ kind, window: { id, camera: newest.camera, frames, reason, cutAt: this.#opts.now?.() ?? at } }];
  }

  #startAnew(): void {
    this.#pairs.clear();
    this.#active = false;
    this.#fresh = false;
    this.#lastAt = -Infinity;
  }
}

import { concatMap, defer } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import type { Frame, Thumbnail } from '../values.ts';
import { sceneChange } from './change.ts';
import { createLight } from './light.ts';
import { createLookBack } from './lookBack.ts';
import type { LookBack } from './lookBack.ts';
import { createPace } from './pace.ts';
import type { Pace } from './pace.ts';
import { thumbnail } from './thumbnail.ts';

export interface SampleOptions {
  /** most frames kept per second while something moves */
  readonly frameRate: number;
  /** seconds between kept frames while nothing moves */
  readonly idleInterval: number;
  /** false: every moment counts as activity */
  readonly adaptive: boolean;
  /** frames kept from before the wake-up, one beat of `frameRate` apart; at least 1 */
  readonly lookBack: number;
}

/** A change of this share of the picture wakes when two frames running show it (an arm is about 0.3 %) … */
const SMALL_AREA = 0.0006;
/** … and one of this share at once. */
const LARGE_AREA = 0.005;
/** Quiet for so long ends the activity, ms: longer than people pause within one movement. */
const QUIET = 800;
/** The first frame after activity comes early, ms: it tells the windows that the activity is over. */
const SETTLE = 1000;
/** A clock that goes back by less than this, ms, is jitter: the frame is left out. By more: the clock was set, start anew. */
const CLOCK_STEP = 1000;

/**
 * Keeps the frames of ONE camera that are worth looking at: `frameRate` a second while the scene changes and for 0.8 s
 * afterwards, one per `idleInterval` otherwise. On waking up the `lookBack` frames before it come first, so that the start
 * of what woke it is not lost. Frames come out in the order of `at`, never twice.
 */
export function sample(opts: SampleOptions): OperatorFunction<Frame, Frame> {
  return (source) =>
    defer(() => {
      const sampler = new Sampler(opts);
      return source.pipe(concatMap((frame) => sampler.take(frame)));
    });
}

/** The operator's state for one camera: takes a frame, gives the frames to keep now. */
class Sampler {
  readonly #opts: SampleOptions;
  readonly #lookBack: LookBack;
  readonly #light = createLight();
  #pace: Pace;
  #kept: { readonly at: number; readonly thumb: Thumbnail | undefined } | undefined;
  #lastAt = -Infinity;
  #movedAt = -Infinity;
  /** the frame before showed a small change */
  #suspect = false;
  #idleDue = Infinity;

  constructor(opts: SampleOptions) {
    this.#opts = opts;
    this.#pace = createPace(opts.frameRate);
    this.#lookBack = createLookBack(Math.max(1, Math.floor(opts.lookBack)), 1000 / opts.frameRate);
  }

  take(frame: Frame): Frame[] {
    if (frame.at <= this.#lastAt) {
      if (this.#lastAt - frame.at < CLOCK_STEP) return [];
      this.#startAnew();
    }
    this.#lastAt = frame.at;
    if (!this.#opts.adaptive) return this.#pace.due(frame.at) ? [this.#keep(frame, undefined, 0)] : [];
    const thumb = thumbnail(frame);
    const idle = this.#opts.idleInterval * 1000;
    if (this.#kept === undefined) return [this.#keep(frame, thumb, idle)];

    const awake = frame.at - this.#movedAt < QUIET;
    const moves = this.#moves(frame, thumb, awake);
    if (moves) this.#movedAt = frame.at;
    if (moves && !awake) return this.#wake(frame, thumb);
    if (awake) return this.#pace.due(frame.at) ? [this.#keep(frame, thumb, Math.min(SETTLE, idle))] : [];
    // 5 % early is on time: cameras' frame times jitter
    if (frame.at >= this.#idleDue - 0.05 * idle && !this.#suspect) {
      this.#lookBack.clear();
      return [this.#keep(frame, thumb, idle)];
    }
    this.#lookBack.push(frame);
    return [];
  }

  /** A small change has to last for two frames, but where something moves already one is enough. */
  #moves(frame: Frame, thumb: Thumbnail, awake: boolean): boolean {
    const leapt = this.#light.leapt(frame.at, thumb.mean);
    const change = leapt ? 'much' : changed(this.#kept?.thumb, thumb);
    const moves = change === 'much' || (change === 'little' && (awake || this.#suspect));
    this.#suspect = change !== 'no';
    return moves;
  }

  #wake(frame: Frame, thumb: Thumbnail): Frame[] {
    const earlier = this.#lookBack.take(frame, this.#kept?.at ?? -Infinity);
    // a frame of the quiet was kept just now: the next beat is soon enough
    if (earlier.length === 0 && !this.#pace.due(frame.at)) return [];
    return [...earlier, this.#keep(frame, thumb, SETTLE)];
  }

  #keep(frame: Frame, thumb: Thumbnail | undefined, idle: number): Frame {
    this.#kept = { at: frame.at, thumb };
    this.#pace.kept(frame.at);
    this.#idleDue = frame.at + idle;
    return frame;
  }

  #startAnew(): void {
    this.#kept = undefined;
    this.#movedAt = -Infinity;
    this.#suspect = false;
    this.#pace = createPace(this.#opts.frameRate);
    this.#lookBack.clear();
    this.#light.clear();
  }
}

function changed(reference: Thumbnail | undefined, thumb: Thumbnail): 'no' | 'little' | 'much' {
  // another size of picture: another stream of the camera
  if (!reference || reference.width !== thumb.width || reference.height !== thumb.height) return 'much';
  const { area } = sceneChange(reference, thumb);
  if (area >= LARGE_AREA) return 'much';
  return area >= SMALL_AREA ? 'little' : 'no';
}

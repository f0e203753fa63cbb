import { concatMap, defer } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import type { Frame } from '../values.ts';
import { sceneChange } from './change.ts';
import { createLookBack } from './lookBack.ts';
import { createPace } from './pace.ts';
import { thumbnail } from './thumbnail.ts';
import type { Thumbnail } from './thumbnail.ts';

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
export const SMALL_AREA = 0.0006;
/** … and one of this share at once. */
export const LARGE_AREA = 0.005;
/** Grey levels by which the whole picture changes when a light is switched; slower drift is none of our business. */
const LIGHT_STEP = 7;
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
      const sampler = createSampler(opts);
      return source.pipe(concatMap((frame) => sampler(frame)));
    });
}

/** The operator's state machine: takes a frame, gives the frames to keep now. */
export function createSampler(opts: SampleOptions): (frame: Frame) => Frame[] {
  const interval = 1000 / opts.frameRate;
  let pace = createPace(opts.frameRate);
  const lookBack = createLookBack(Math.max(1, Math.floor(opts.lookBack)), interval);
  let kept: { at: number; thumb: Thumbnail | undefined } | undefined;
  let lastAt = -Infinity;
  let movedAt = -Infinity;
  let suspect = false;
  let idleDue = Infinity;

  const keep = (frame: Frame, thumb: Thumbnail | undefined): Frame => {
    kept = { at: frame.at, thumb };
    pace.kept(frame.at);
    idleDue = frame.at + opts.idleInterval * 1000;
    return frame;
  };

  const wake = (frame: Frame, thumb: Thumbnail): Frame[] => {
    const earlier = lookBack.take(frame, kept?.at ?? -Infinity);
    // a frame of the quiet was kept just now: the next beat is soon enough
    return earlier.length > 0 || pace.due(frame.at) ? [...earlier, keep(frame, thumb)] : [];
  };

  const watch = (frame: Frame, thumb: Thumbnail): Frame[] => {
    const moves = changed(kept?.thumb, thumb);
    const awake = frame.at - movedAt < QUIET;
    const sure = moves === 'much' || (moves === 'little' && (awake || suspect));
    suspect = moves !== 'no';
    if (sure) movedAt = frame.at;
    if (sure && !awake) return wake(frame, thumb);
    if (awake) {
      if (!pace.due(frame.at)) return [];
      const out = keep(frame, thumb);
      idleDue = frame.at + Math.min(SETTLE, opts.idleInterval * 1000);
      return [out];
    }
    // 5 % early is on time: cameras' frame times jitter
    if (frame.at >= idleDue - opts.idleInterval * 50 && !suspect) {
      lookBack.clear();
      return [keep(frame, thumb)];
    }
    lookBack.push(frame);
    return [];
  };

  return (frame) => {
    if (frame.at <= lastAt) {
      if (lastAt - frame.at < CLOCK_STEP) return [];
      kept = undefined;
      movedAt = -Infinity;
      pace = createPace(opts.frameRate);
      lookBack.clear();
    }
    lastAt = frame.at;
    if (!opts.adaptive) return pace.due(frame.at) ? [keep(frame, undefined)] : [];
    const thumb = thumbnail(frame);
    return kept === undefined ? [keep(frame, thumb)] : watch(frame, thumb);
  };
}

function changed(reference: Thumbnail | undefined, thumb: Thumbnail): 'no' | 'little' | 'much' {
  // another size of picture: another stream of the camera
  if (!reference || reference.width !== thumb.width || reference.height !== thumb.height) return 'much';
  const { area, light } = sceneChange(reference, thumb);
  if (area >= LARGE_AREA || Math.abs(light) >= LIGHT_STEP) return 'much';
  return area >= SMALL_AREA ? 'little' : 'no';
}

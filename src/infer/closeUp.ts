import type { Answer, Frame, Window } from '../values.ts';

/** What a close-up is to show, wall clock, ms. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /** of what was before and after, ms: less leaves out what led to it, more adds what else happened */
  readonly margin: number;
}

/** As many frames as windows mostly have: what a model does well. */
const MOST_FRAMES = 16;
const LEAST_FRAMES = 4;

/**
 * Windows that show a span with all frames kept of it, in both ways of pairing them: the second's stamps lie half way between the
 * first's, so that the two together tell times twice as finely, and err independently. None where the frames are gone, or where
 * there are too few to tell anything. A span longer than a window is shown from its beginning.
 */
export function closeUps(frames: readonly Frame[], { from, to, margin }: Span, id: string): Window[] {
  const first = frames.findIndex((f) => f.at >= from - margin);
  const after = frames.findIndex((f) => f.at > to + margin);
  const end = after < 0 ? frames.length : after;
  if (first < 0) return [];
  return [first, first > 0 ? first - 1 : first + 1].flatMap((start, k) => {
    const shown = frames.slice(start, Math.min(end, start + MOST_FRAMES));
    // the frame after the span is better than an unpaired one
    const next = frames[start + shown.length];
    const whole = shown.length % 2 === 0 ? shown : next && shown.length < MOST_FRAMES ? [...shown, next] : shown.slice(0, -1);
    const last = whole.at(-1);
    if (!last || whole.length < LEAST_FRAMES) return [];
    return [{ id: `${id}-${k}`, camera: last.camera, frames: whole, reason: 'hop', cutAt: last.at } satisfies Window];
  });
}

/** Frames farther apart than this, ms, are a pair for a quiet scene only. */
const LOOSE = 2500;

/**
 * A window's frames in the other pairing: with the frame before its first, or else without its first, and without its last.
 * `frames`: those that were kept, from some time before the window to its last.
 */
export function otherPairing(frames: readonly Frame[], { windowId, from, reason }: Pick<Answer, 'windowId' | 'from' | 'reason'>): Window | undefined {
  const first = frames.findIndex((f) => f.at >= from);
  const [before, begin] = [frames[first - 1], frames[first]];
  if (!begin) return undefined;
  const start = before && begin.at - before.at < LOOSE ? first - 1 : first + 1;
  const shown = frames.slice(start, -1).slice(-MOST_FRAMES);
  const whole = shown.length % 2 === 0 ? shown : shown.slice(1);
  const last = whole.at(-1);
  if (!last || whole.length < LEAST_FRAMES) return undefined;
  return { id: `${windowId}-other`, camera: last.camera, frames: whole, reason, cutAt: last.at };
}

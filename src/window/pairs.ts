import type { Frame } from '../values.ts';

/**
 * Two neighbouring kept frames: one temporal patch of the model, told at the mean of their times. Once a pair, always a pair, so
 * that its features can be kept; but a pair of a quiet scene's distant frames comes apart when its second frame is the first of
 * an activity, whose beginning would else be told by half the distance too early.
 */
export type Pair = readonly [Frame, Frame];

/** Frames farther apart than this, ms, are a pair for a quiet scene only … */
const LOOSE = 2500;
/** … and farther than this for none: the camera was away. Checks of a sleeping camera come more often. */
const APART = 60_000;

export interface PairBounds {
  /** ms that a window may span */
  readonly length: number;
  /** most pairs in a window */
  readonly most: number;
  /** to have so many, a window may span twice its length: a look at a slow, quiet camera */
  readonly least: number;
  /** share of a full window that a new one begins with, 0..1; 1: the window slides */
  readonly overlap: number;
}

/** The pairs of one camera's window as it stands. */
export interface Pairs {
  /** true when this frame completed a pair; `anchored` says whether the first pair is to stay put */
  push(frame: Frame, anchored: boolean): boolean;
  frames(): Frame[];
  /** the newest pair */
  newest(): Frame[];
  clear(): void;
}

/** A window may reach back so many times its length to have its least pairs. */
const STRETCH = 2;

/**
 * An anchored window keeps its first pair until another pair has no room; it then begins anew with the newest pairs that make up
 * `overlap` of a full window. One that is not anchored slides: it always holds the newest pairs.
 */
export function createPairs({ length, most, least, overlap }: PairBounds): Pairs {
  const share = { length: overlap * length, most: Math.min(most, Math.max(least, 1, Math.floor(overlap * most))) };
  const full = { length, most };
  let pairs: Pair[] = [];
  let single: Frame | undefined;
  /** the first pair has moved since the window was anchored */
  let slid = false;

  /** Index of the oldest pair within bounds, counted from the newest. */
  const oldest = (bounds: typeof full): number => {
    const last = pairs.at(-1)?.[1].at ?? 0;
    let first = pairs.length;
    while (first > 0) {
      const taken = pairs.length - first;
      const age = last - (pairs[first - 1]?.[0].at ?? 0);
      if (taken === bounds.most || (taken > 0 && age > (taken < least ? STRETCH * length : bounds.length))) break;
      first--;
    }
    return first;
  };
  return {
    push(frame, anchored) {
      const quiet = pairs.at(-1);
      if (anchored && !single && quiet && quiet[1].at - quiet[0].at > LOOSE) single = pairs.pop()?.[1];
      if (!single || frame.at - single.at > APART) {
        single = frame;
        return false;
      }
      pairs.push([single, frame]);
      single = undefined;
      const overflows = oldest(full) > 0;
      if (anchored && (slid || overflows)) pairs = pairs.slice(oldest(share));
      else if (overflows) pairs = pairs.slice(oldest(full));
      slid = !anchored && (slid || overflows);
      return true;
    },
    frames: () => pairs.flat(),
    newest: () => [...(pairs.at(-1) ?? [])],
    clear() {
      pairs = [];
      single = undefined;
      slid = false;
    },
  };
}

import type { Frame } from '../values.ts';

/** Two neighbouring kept frames: one temporal patch of the model. Once a pair, always a pair, so that its features can be kept. */
export type Pair = readonly [Frame, Frame];

/** The newest pairs of one camera, bounded. */
export interface Pairs {
  /** true when this frame completed a pair */
  push(frame: Frame): boolean;
  /** newest pairs: at most `maxFrames` frames that lie within `length` ms, more than that only to reach `minFrames` */
  newest(length: number, maxFrames: number, minFrames: number): Frame[];
  clear(): void;
}

/** To reach the least number of frames a window may reach back so many times its length: a look at a slow, quiet camera. */
const STRETCH = 2;

/** Holds `capacity` pairs at most; the oldest go first. */
export function createPairs(capacity: number): Pairs {
  let pairs: Pair[] = [];
  let single: Frame | undefined;
  return {
    push(frame) {
      if (!single) {
        single = frame;
        return false;
      }
      pairs.push([single, frame]);
      single = undefined;
      if (pairs.length > capacity) pairs.shift();
      return true;
    },
    newest(length, maxFrames, minFrames) {
      const last = pairs.at(-1)?.[1].at ?? 0;
      let first = pairs.length;
      while (first > 0) {
        const taken = 2 * (pairs.length - first);
        const age = last - (pairs[first - 1]?.[0].at ?? 0);
        if (taken + 2 > maxFrames || age > (taken < minFrames ? STRETCH * length : length)) break;
        first--;
      }
      return pairs.slice(first).flat();
    },
    clear() {
      pairs = [];
      single = undefined;
    },
  };
}

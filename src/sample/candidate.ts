import type { Thumbnail } from '../values.ts';

/** What the sampler chooses from: a moment of one camera (wall clock, ms) and what it looked like. */
export interface Candidate {
  readonly at: number;
  readonly thumbnail: Thumbnail;
}

/** What the last picture showed against the last one kept. Drifting light and a shaking camera are not worth a look by themselves. */
export type ChangeKind = 'none' | 'cut' | 'light' | 'shake' | 'motion';

/** Pictures that the sampler chooses from, for each that it may keep. */
export const CHOICE = 2;

export interface SampleOptions {
  /** most frames kept per second while something moves */
  readonly frameRate: number;
  /** seconds between kept frames while nothing moves */
  readonly idleInterval: number;
  /** false: every moment counts as activity */
  readonly adaptive: boolean;
  /** frames kept from before the wake-up, one beat of `frameRate` apart; at least 1 */
  readonly lookBack: number;
  /** polygons, corners in shares of the picture (0..1 from the left and from the top); what happens inside them is not looked at */
  readonly masks?: readonly Polygon[];
  /** share of the picture (0..1) that must change in one connected piece to count as motion; 0 where it is left out */
  readonly minSize?: number;
}

export type Polygon = readonly (readonly [number, number])[];

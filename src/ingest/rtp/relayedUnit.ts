import type { AccessUnit } from './accessUnits.ts';
import type { Place } from './reserve.ts';

/** An access unit that has come, whether it was passed on or not. */
export interface RelayedUnit extends AccessUnit {
  /** wall clock at which it was known to be whole, ms */
  readonly arrival: number;
  /** wall clock that the last sender report before it gives it, ms */
  readonly reported: number | undefined;
  /** where it begins among what is held; undefined: it began before that, and was passed on */
  readonly place: Place | undefined;
}

export interface HoldListener {
  /** An access unit is whole: the next one has begun. */
  unit(unit: RelayedUnit): void;
  /** What comes cannot be understood: from here on everything is passed on as it is. */
  broken(): void;
  /** libav gets something to read that it did not get before. */
  flows(): void;
}

import type { ErrorCode } from '../errors.ts';
import type { Finished } from './segmentFile.ts';

/** What a camera's process is told to record: all that was taken from `from` to `to` (wall clock, ms), as far as it is there and comes. The newest order holds. */
export interface RecordOrder {
  readonly kind: 'record';
  readonly from: number;
  readonly to: number;
}

/** What became of it. */
export type Recorded =
  | { readonly kind: 'recorded'; readonly segment: Finished }
  /** from arrival to arrival, ms; told when it begins (both the same) and when it is over */
  | { readonly kind: 'unrecorded'; readonly code: ErrorCode; readonly detail: string; readonly from: number; readonly to: number };

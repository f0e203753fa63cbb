import type { Coverage, Look } from '../record.ts';
import type { Event } from '../values.ts';

/** Bounds of a question to the log; times in wall clock, ms. */
export interface Range {
  readonly camera?: string;
  readonly since?: number;
  readonly until?: number;
  readonly limit?: number;
  readonly order?: 'asc' | 'desc';
}

/** What is asked of the log in order to try a rule on the past; the store answers it. */
export interface BacktestLog {
  /** events that overlap the range, without those that were taken back */
  events(q: Range): Event[];
  coverage(q: Range): Coverage[];
  looks(q: Range): Look[];
  /** the daemon's last sign of life, ms; null where there was none */
  aliveAt(): number | null;
}

import type { Coverage, Decision, Feedback, Look, Outcome } from '../record.ts';
import type { Alert, Event } from '../values.ts';

/** Bounds of a question to the log; times in wall clock, ms. */
interface Range {
  readonly camera?: string;
  readonly since?: number;
  readonly until?: number;
  readonly limit?: number;
  readonly order?: 'asc' | 'desc';
}

export type KeptAlert = Alert & { readonly delivered: boolean };

/** What is asked of the log in order to explain; the store answers it. */
export interface ExplainLog {
  /** an alert's phases, oldest first; the id may be a unique beginning */
  alert(id: string): KeptAlert[];
  /** the id may be a unique beginning */
  event(id: string): Event | undefined;
  /** events that overlap the range, without those that were taken back unless they are asked for */
  events(q: Range & { readonly retracted?: boolean }): Event[];
  /** bounds are on `happenedAt` */
  alerts(q: Range & { readonly rule?: string; readonly event?: string }): KeptAlert[];
  /** gaps that overlap the range */
  coverage(q: Range): Coverage[];
  /** bounds are on `at` */
  decisions(q: Range & { readonly rule?: string; readonly event?: string; readonly alert?: string; readonly outcome?: Outcome }): Decision[];
  /** looks that overlap the range */
  looks(q: Range): Look[];
  feedback(q: { readonly alert?: string }): readonly Feedback[];
  /** the daemon's last sign of life, ms; null where there was none */
  aliveAt(): number | null;
}

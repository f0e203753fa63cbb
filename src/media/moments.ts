import type { Alert } from '../values.ts';

/** What is decisive shows rather towards the end of a short happening, and somewhat after the start of a long one, ms. */
const SHARE = 2 / 3;
const INTO = 1000;
/** A clip is no longer than this, ms. */
export const LONGEST_CLIP = 120_000;
/** Of a rule in several parts the first may lie far back: so much before the decisive moment is shown at most, ms. */
const LONGEST_PRELUDE = 60_000;

type Times = Pick<Alert, 'start' | 'end' | 'happenedAt'>;

/** The moment that a picture of an alert should show, wall clock in ms. */
export function decisiveMoment({ start, end, happenedAt }: Times): number {
  return Math.max(happenedAt, Math.min(start + INTO, start + SHARE * Math.max(0, end - start)));
}

/** When a clip begins that begins so many seconds before the alert's start, wall clock in ms. */
export function clipStart({ start, happenedAt }: Times, before: number): number {
  return Math.max(start, happenedAt - LONGEST_PRELUDE) - 1000 * before;
}

/** When one ends that goes on for so many seconds after the alert's end. */
export function clipEnd(alert: Times, before: number, after: number): number {
  return Math.min(Math.max(alert.end, alert.happenedAt) + 1000 * after, clipStart(alert, before) + LONGEST_CLIP);
}

import { z } from 'zod';

/** Times are given twice: ISO 8601 in UTC for people, milliseconds since the epoch for programs. */
export const iso = z.iso.datetime();
export const ms = z.number();
export const score = z.number().min(0).max(1);
export const phase = z.enum(['new', 'update', 'end', 'retracted']);
/**
 * Which of many places it comes from; null where there is but one. It stands beside the id and not in it: ids are random (UUIDs), so
 * that those of two sites do not meet, and remain file names, parts of topics and short to type.
 */
export const site = z.string().nullable();
/**
 * Messages of the history (mqtt.history) are numbered: the same id and revision twice is a repetition, and of one id the greatest
 * revision holds, in whatever order they came. Whole numbers below 2^53, which grow, also over a log that was lost.
 */
export const revision = z.int();

/** Far beyond what a model says of one event, or a person writes as a rule; a message stays small whatever the log holds. */
export const MOST_TEXT = 1000;

export function isoOf(at: number): string {
  return new Date(at).toISOString();
}

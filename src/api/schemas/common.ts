import { z } from 'zod';
import { zone } from '../../config/ruleTimes.ts';

// What several answers have in common. Times are given twice: ISO 8601 in UTC for people, milliseconds since the epoch for programs.

export const iso = z.iso.datetime();
export const ms = z.number();
export const share = z.number().min(0).max(1);
const phase = z.enum(['new', 'update', 'end', 'retracted']);

/** As ids of cameras and rules are written. */
export const slug = z.string().regex(/^[a-z0-9_-]{1,64}$/, 'must be 1 to 64 of a-z, 0-9, _ and -');

/** Of an event or alert, or its beginning. */
export const logId = z.string().min(1).max(80).describe('id, or a unique beginning of it with four characters at least');

const time = z.string().min(1).max(100);

/** A range of time, in every way that the command line takes. */
const rangeQuery = z.strictObject({
  when: time.optional().describe('both ends at once: "yesterday afternoon", "between 2pm and 3pm", "14:00-14:20 UTC", 昨天下午2点到3点'),
  since: time.optional().describe('2026-01-31T14:05Z, milliseconds since the epoch, "10 minutes ago", 昨天下午3点; without a zone as the machine’s clock goes'),
  until: time.optional().describe('the same'),
  timezone: zone.optional().describe('in which times are read that name none: Europe/Berlin; by default this machine’s'),
});

/** The most items of one answer. */
const MOST_ITEMS = 1000;

export const listQuery = rangeQuery.extend({
  camera: slug.optional().describe('of one camera'),
  limit: z.coerce.number().int().min(1).max(MOST_ITEMS).default(100).describe('the newest n of those in the range; for earlier ones ask again with `until`'),
  order: z.enum(['asc', 'desc']).default('asc').describe('of the answer: oldest or newest first; it holds the newest ones either way'),
});

export const logQuery = listQuery.extend({
  text: z.string().min(1).max(500).optional().describe('words that all occur in the text'),
  phase: phase.optional(),
});

export const unwatchedSchema = z.strictObject({
  camera: z.string(),
  reason: z.enum(['offline', 'overloaded', 'dropped', 'disabled', 'model']),
  detail: z.string(),
  start: iso,
  start_ms: ms,
  end: iso.nullable().describe('null while it lasts'),
  end_ms: ms.nullable(),
});

/** What every answer about a range says besides its items. */
export const rangeAnswer = {
  since: iso.nullable().describe('as `since`, `until` or `when` were understood; null: open'),
  since_ms: ms.nullable(),
  until: iso.nullable(),
  until_ms: ms.nullable(),
};

/** A list about a time: its items, whether there are more, and what nobody watched. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.strictObject({
    items: z.array(item),
    more: z.boolean().describe('the range holds more, older ones'),
    ...rangeAnswer,
    not_watched: z.array(unwatchedSchema).describe('times in the range in which a camera was not watched, oldest first; the newest 1000'),
  });
}

/** Where the files on the disk do not load, the last good ones stay in force; this says why. */
export const fileProblem = z.strictObject({ code: z.string(), message: z.string() }).nullable().describe('the files on the disk do not load; the last good ones stay in force');

export type Unwatched = z.infer<typeof unwatchedSchema>;

import { z } from 'zod';
import type { Coverage, HistoryLoss } from '../record.ts';
import { shardName } from '../fleet/shard.ts';
import { iso, isoOf, MOST_TEXT, ms, revision, site } from './payloadParts.ts';
import { plain } from './text.ts';
import type { Topics } from './topics.ts';

const reason = z.enum(['offline', 'overloaded', 'dropped', 'disabled', 'model']);

/**
 * What `<prefix>/<camera>/coverage` carries: a time in which the camera was not watched. `opened`: it began and lasts; `closed`: it is over;
 * `corrected`: it was longer than told before.
 */
export const coveragePayloadSchema = z.strictObject({
  id: z.string(),
  revision,
  phase: z.enum(['opened', 'closed', 'corrected']),
  site,
  camera: z.string(),
  reason,
  detail: z.string(),
  start: iso,
  start_ms: ms,
  /** null while it lasts */
  end: iso.nullable(),
  end_ms: ms.nullable(),
  /** when it was written down */
  recorded_at: iso,
  recorded_at_ms: ms,
});

/** What `<prefix>/<camera>/watched` carries (retained), which holds while the daemon is available: is the camera watched now, since when, and why not. */
export const watchedPayloadSchema = z.strictObject({
  site,
  camera: z.string(),
  watched: z.boolean(),
  since: iso,
  since_ms: ms,
  reason: reason.nullable(),
  detail: z.string().nullable(),
});

/** What `<prefix>/history` carries (retained): what was given up of the history since it began, because the broker was away for too long. */
export const historyPayloadSchema = z.strictObject({
  site,
  /** `2/3` where several daemons share the cameras */
  shard: z.string().nullable(),
  dropped: z.int(),
  /** when the newest of them were written down; null where nothing was given up */
  until: iso.nullable(),
  until_ms: ms.nullable(),
});

export type CoveragePayload = z.infer<typeof coveragePayloadSchema>;
export type WatchedPayload = z.infer<typeof watchedPayloadSchema>;
export type HistoryPayload = z.infer<typeof historyPayloadSchema>;

/** @param numbered the message's number; @param recordedAt when the change was written down, ms */
export function coveragePayload(c: Coverage & { readonly id: string }, change: CoveragePayload['phase'], numbered: number, recordedAt: number, from: string | null): CoveragePayload {
  return {
    id: c.id, revision: numbered, phase: change, site: from, camera: c.camera, reason: c.reason, detail: plain(c.detail, MOST_TEXT),
    start: isoOf(c.start), start_ms: c.start, end: c.end === null ? null : isoOf(c.end), end_ms: c.end,
    recorded_at: isoOf(recordedAt), recorded_at_ms: recordedAt,
  };
}

/** Why a camera is not watched. */
export type Unwatched = Pick<Coverage, 'reason' | 'detail'>;

/** @param why nobody looks, if so; @param since when it began to be so, ms */
export function watchedPayload(camera: string, why: Unwatched | undefined, since: number, from: string | null): WatchedPayload {
  return { site: from, camera, watched: why === undefined, since: isoOf(since), since_ms: since, reason: why?.reason ?? null, detail: why ? plain(why.detail, MOST_TEXT) : null };
}

export function historyPayload({ dropped, until }: HistoryLoss, { site: from, shard }: Pick<Topics, 'site' | 'shard'>): HistoryPayload {
  return { site: from, shard: shard ? shardName(shard) : null, dropped, until: until === null ? null : isoOf(until), until_ms: until };
}

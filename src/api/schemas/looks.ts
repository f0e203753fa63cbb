import { z } from 'zod';
import { iso, listOf, listQuery, ms, share } from './common.ts';

/** What the model was shown, and all that it told of it, also what was not sure enough to become an event. */
export const lookSchema = z.strictObject({
  window_id: z.string(),
  camera: z.string(),
  reason: z.enum(['hop', 'activity', 'heartbeat']).describe('why it looked: something moved, or it looks at a still scene now and then'),
  from: iso.describe('first frame'),
  from_ms: ms,
  to: iso.describe('last frame'),
  to_ms: ms,
  frames: z.int(),
  answered_at: iso,
  answered_at_ms: ms,
  sightings: z.array(z.strictObject({ event: z.string(), start: iso, start_ms: ms, end: iso, end_ms: ms, confidence: share })),
});

export const looksQuery = listQuery.extend({ told: z.stringbool().default(false).describe('only those in which the model told of something') });
export const looksAnswer = listOf(lookSchema);

export type LookOut = z.infer<typeof lookSchema>;
export type LooksOut = z.infer<typeof looksAnswer>;

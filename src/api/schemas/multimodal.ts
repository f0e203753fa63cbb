import { z } from 'zod';
import { iso, ms, share, unwatchedSchema } from './common.ts';

const source = z.enum(['file', 'recording', 'live', 'events']);

/** Times are in `timestamp_unit`: of a video from its beginning, of a camera since the epoch, and then as ISO 8601 as well. */
const interval = {
  start: z.number(),
  end: z.number(),
  start_at: iso.nullable().describe('wall clock; null of a video'),
  end_at: iso.nullable(),
};

const timestampSchema = z.strictObject({
  event: z.string(),
  ...interval,
  uncertainty: z.number().describe('the true times lie within ± this'),
  confidence: share.describe('how sure the model is of the words'),
  relevance: share.nullable().describe('how well it matches the prompt; null where the prompt asks for nothing that happens'),
  source,
  event_id: z.string().nullable().describe('in the log'),
});

const windowAnswer = z.strictObject({ text: z.string(), ...interval });
const stretch = z.strictObject(interval);

const usageSchema = z.strictObject({
  windows: z.number(),
  second_looks: z.number().describe('closer looks at what the windows showed'),
  frames: z.number(),
  visual_tokens: z.number(),
  visual_tokens_cached: z.number().describe('of these, those whose features had been computed before'),
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
});

/** The answer of `POST /v1/multimodal/generate`. */
export const multimodalAnswer = z.strictObject({
  model: z.string(),
  text: z.string().describe('plain text, whatever the scene says'),
  timestamps: z.array(timestampSchema).describe('what happened in the range, in order'),
  answers: z.array(windowAnswer).describe("of an open question: each window's words"),
  timestamp_unit: z.enum(['ms', 's']),
  source: source.describe('what it was answered from; `events` is the log'),
  range: z.strictObject({ ...interval, understood: z.string() }).describe('as time_range was understood'),
  looked_at: z.array(stretch).describe('what of the range the model looked at; of the rest the log was read'),
  not_watched: z.array(unwatchedSchema),
  more: z.boolean().describe('more happened than is told: ask about a shorter range'),
  window: z.strictObject({ window_size: z.number(), overlap_ratio: z.number() }).describe('as the model was shown it'),
  usage: usageSchema,
});

export const uploadSchema = z.strictObject({
  id: z.string(),
  media_url: z.string().describe('for POST /v1/multimodal/generate'),
  bytes: z.number(),
  duration_ms: ms.nullable().describe('null where the file does not say'),
  expires_at: iso,
  expires_at_ms: ms,
});

export type MultimodalAnswer = z.input<typeof multimodalAnswer>;
export type TimestampOut = z.input<typeof timestampSchema>;
export type UploadOut = z.input<typeof uploadSchema>;

import { z } from 'zod';
import { zone } from '../config/ruleTimes.ts';
import { ID } from '../config/schema.ts';
import { LookoutError } from '../errors.ts';

const moment = z.string().trim().min(1).max(200);

/** Numbers in `timestamp_unit`, two times in words or ISO 8601, or one stretch in words. */
const timeRange = z.union([z.tuple([z.number(), z.number()]), z.tuple([moment, moment]), moment]);

const UNITS = { ms: 'ms', millisecond: 'ms', milliseconds: 'ms', s: 's', second: 's', seconds: 's' } as const;
export type Unit = 'ms' | 's';

const options = z.strictObject({
  temporal_alignment: z.boolean().optional().describe('stamp frames with the times they were taken at (default: as configured); false: as if evenly spaced'),
  time_range: timeRange
    .optional()
    .describe('of a video: [15000, 20000], ["0:15", "0:20"], "0:15-0:20", "first 30 seconds"; of a camera: "yesterday 14:00-14:20", "around noon", ["2026-01-31T14:00", "2026-01-31T14:20"], "now", numbers since the epoch, or before now where they are negative. Without it: all of a video, the last seconds of a camera'),
  timestamp_unit: z
    .enum(Object.keys(UNITS) as [keyof typeof UNITS, ...(keyof typeof UNITS)[]])
    .default('ms')
    .transform((unit): Unit => UNITS[unit])
    .describe('of the numbers in time_range and in the answer'),
  timezone: zone.optional().describe("in which times are read that name none, and told: Europe/Berlin; by default this machine's"),
  output_timestamps: z.boolean().default(true).describe('list what happened with its times'),
  inference_mode: z.literal('sliding_window').optional().describe('how a long range is looked at: through windows that overlap'),
  window_size: z.int().min(64).max(1_000_000).optional().describe('most tokens of video in a window; the model may allow fewer'),
  overlap_ratio: z.number().min(0).max(0.9).optional().describe('share of a window that the next one shows again'),
  frame_rate: z.number().min(0.1).max(30).optional().describe('most frames a second that the model is shown'),
  filter: z.boolean().default(false).describe('leave out timestamps that do not match the prompt, where it asks for something that happens'),
  source: z.enum(['auto', 'recording', 'live', 'events']).default('auto').describe('of a camera: what to answer from; auto takes its recording (of two hours at the most), its last seconds, else the log of events'),
});

/** The body of `POST /v1/multimodal/generate`. */
export const askSchema = z.strictObject({
  model: z.string().min(1).max(500).optional().describe('name of the model that runs; GET /v1/models says it'),
  prompt: z.string().trim().min(1).max(4000).describe('a question, or what to look for: "when did someone pick up the phone?"'),
  media_url: z.string().min(1).max(4096).optional().describe('http(s) address of a video, or upload:<id>'),
  camera: z.string().regex(ID).optional().describe('instead of media_url: the id of a camera'),
  options: options.prefault({}),
}).refine((body) => (body.media_url === undefined) !== (body.camera === undefined), { message: 'give either media_url or camera', path: ['media_url'] })
  .meta({ examples: [{ prompt: 'Who came in?', camera: 'door', options: { time_range: 'yesterday between 2pm and 3pm' } }] });

export type AskRequest = z.output<typeof askSchema>;

/** A question that did not come by the API. Throws USAGE. */
export function askRequest(body: z.input<typeof askSchema>): AskRequest {
  const { success, data, error } = askSchema.safeParse(body);
  if (!success) throw new LookoutError('USAGE', `${error.issues[0]?.path.join('.')}: ${error.issues[0]?.message}.`);
  return data;
}
export type AskOptions = AskRequest['options'];

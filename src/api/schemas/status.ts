import { z } from 'zod';
import { cameraStatusSchema, shardSchema } from './cameras.ts';
import { fileProblem, iso, ms } from './common.ts';

const fault = z.strictObject({ code: z.string(), message: z.string() }).nullable();

export const statusAnswer = z.strictObject({
  version: z.string(),
  site: z.string().nullable().describe('which of many places this is'),
  shard: shardSchema,
  now: iso.describe('this machine’s clock'),
  now_ms: ms,
  timezone: z.string().describe('this machine’s, in which times without a zone are read'),
  started_at: iso,
  started_at_ms: ms,
  uptime_s: z.number(),
  config: z.strictObject({ file: z.string(), problem: fileProblem, restart: z.array(z.string()).describe('sections whose changes wait for a restart') }),
  model: z.strictObject({
    name: z.string(),
    state: z.enum(['opening', 'ready', 'failed']),
    problem: fault,
    context: z.number().nullable().describe('most tokens of a prompt and its answer'),
    device: z.string().nullable(),
    windows: z.number().describe('answered since the start'),
    visual_tokens: z.number(),
  }),
  broker: z.strictObject({ address: z.string(), state: z.enum(['connected', 'disconnected']), problem: fault, waiting: z.number().describe('alerts that wait for it'), history_waiting: z.number().describe('entries of the history that wait (mqtt.history)'), history_dropped: z.number().describe('entries that waited too long') }),
  store: z.strictObject({
    bytes: z.number(), max_mb: z.number().nullable(), retention_days: z.number(),
    oldest: iso.nullable(), oldest_ms: ms.nullable(), newest: iso.nullable(), newest_ms: ms.nullable(), open_gaps: z.number(),
  }),
  cameras: z.array(z.strictObject({ id: z.string(), ...cameraStatusSchema.shape })),
  disk: z.array(z.strictObject({ what: z.string().describe('store, media, recordings …'), path: z.string(), free_bytes: z.number().nullable(), used_bytes: z.number().nullable(), max_bytes: z.number().nullable() })),
});

export type StatusOut = z.infer<typeof statusAnswer>;

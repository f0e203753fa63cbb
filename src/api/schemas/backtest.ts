import { z } from 'zod';
import { zone } from '../../config/ruleTimes.ts';
import { iso, ms, share, slug } from './common.ts';
import { decisionSchema } from './explain.ts';
import { ruleBody, rulePatch, ruleSchema } from './rules.ts';

export const backtestBody = z.strictObject({
  rule: slug.optional().describe('id of a rule'),
  entry: ruleBody.optional().describe('or a rule as a file would hold it'),
  overrides: rulePatch.optional().describe('keys over those of the rule; null takes one out'),
  since: z.string().min(1).max(100).default('7d').describe('events from then on'),
  until: z.string().min(1).max(100).optional().describe('… up to then; default: now'),
  timezone: zone.optional(),
  thresholds: z.array(share).max(20).optional().describe('to compare'),
  margin: share.default(0.2).describe('how far below the threshold a near miss may lie'),
  limit: z.int().min(1).max(1000).default(100).describe('alerts in the list, the newest ones'),
}).meta({ examples: [{ entry: { alert: 'someone leaves a bag', count: '3 in 5m' }, since: 'last week' }] });

const alert = z.strictObject({
  camera: z.string(), happened_at: iso, happened_at_ms: ms, event: z.string(), event_id: z.string().nullable(), score: share, why: z.string(),
  evidence: z.array(z.strictObject({ event_id: z.string(), event: z.string(), start: iso, start_ms: ms, end: iso, end_ms: ms, score: share, why: z.string() })),
  taken_back: z.boolean().describe('it later proved to be none'),
});
const perDay = z.number().nullable().describe('null where less than half a day was asked about');

/** What the rule would have done. */
export const backtestAnswer = z.strictObject({
  rule: ruleSchema.pick({ id: true, alert: true, cameras: true, threshold: true, severity: true, says: true }),
  since: iso, since_ms: ms, until: iso, until_ms: ms,
  events: z.number().describe('held against the rule'),
  texts: z.number().describe('their different wordings'),
  watched: z.array(z.strictObject({ camera: z.string(), ms })),
  alerts: z.number(),
  taken_back: z.number(),
  per_day: perDay,
  days: z.array(z.strictObject({ day: z.string().describe('of this machine’s calendar'), alerts: z.number() })),
  by_camera: z.array(z.strictObject({ camera: z.string(), alerts: z.number() })),
  list: z.array(alert).describe('oldest first'),
  near_misses: z.array(z.strictObject({
    event: z.string(), why: z.string(), score: share, short: share.describe('by which it was missed'), events: z.number(),
    last: z.strictObject({ id: z.string(), camera: z.string(), start: iso, start_ms: ms }),
  })),
  near_miss_events: z.number(),
  in_vain: z.array(decisionSchema).describe('parts of the rule, or nearly all of it, that came true without an alert'),
  in_vain_count: z.number(),
  outcomes: z.record(z.string(), z.number()),
  thresholds: z.array(z.strictObject({ threshold: share, alerts: z.number(), per_day: perDay })),
  caveats: z.array(z.string()).describe('what the past cannot tell'),
});

/** Server-sent: `progress` as often as there is any, then `report` (a backtestAnswer), or `error`. */
export interface BacktestTold {
  progress: { readonly stage: 'reading' | 'scoring' | 'replaying'; readonly done: number; readonly total: number | null };
  report: BacktestOut;
}

export type BacktestIn = z.input<typeof backtestBody>;
export type BacktestOut = z.infer<typeof backtestAnswer>;

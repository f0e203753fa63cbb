import { z } from 'zod';
import { zone } from '../../config/ruleTimes.ts';
import { iso, ms, share, slug } from './common.ts';

export const feedbackQuery = z.strictObject({
  rule: slug.optional(),
  since: z.string().min(1).max(100).optional().describe('said from then on'),
  timezone: zone.optional(),
  rescore: z.stringbool().default(false).describe('ask the present model for the scores anew, which takes a while'),
});

const atThreshold = z.strictObject({
  threshold: share,
  right: z.number().describe('right alerts that would be given'),
  wrong: z.number(),
  precision: share.nullable().describe('null where nothing would be given'),
  interval: z.tuple([share, share]).nullable().describe('precision lies in it with 95 % probability'),
});

/** The rules by what people said of their alerts, as `lookout eval --feedback`. */
export const feedbackAnswer = z.strictObject({
  rules: z.array(z.strictObject({
    rule: z.string(),
    rule_text: z.string(),
    present: z.boolean().describe('the rule is still there'),
    threshold: share,
    right: z.number(),
    wrong: z.number(),
    stored: atThreshold.describe('by the scores when the alerts were given'),
    rescored: atThreshold.nullable().describe('by the present model'),
    enough: z.boolean().describe('enough labels of both kinds for a suggestion'),
    suggestion: atThreshold.extend({ right_lost: z.number(), wrong_spared: z.number(), sure: z.enum(['weak', 'clear']) }).nullable(),
    labels: z.array(z.strictObject({
      alert_id: z.string(), camera: z.string(), event: z.string(), happened_at: iso, happened_at_ms: ms, right: z.boolean(), note: z.string(),
      score: share, rescored: share.nullable(), snapshot: z.boolean(), clip: z.boolean(),
    })).describe('the newest 1000'),
  })),
});

export type FeedbackReportOut = z.infer<typeof feedbackAnswer>;

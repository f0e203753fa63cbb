import { z } from 'zod';
import { zone } from '../../config/ruleTimes.ts';
import { alertSchema, feedbackSchema } from './alerts.ts';
import { iso, ms, share, slug, unwatchedSchema } from './common.ts';
import { eventSchema } from './events.ts';
import { lookSchema } from './looks.ts';

export const decisionSchema = z.strictObject({
  rule: z.string(),
  camera: z.string(),
  event_id: z.string().nullable(),
  at: iso.describe('in the scene'),
  at_ms: ms,
  decided_at: iso,
  decided_at_ms: ms,
  why: z.string().describe('the part of the rule that was held against the event'),
  score: share.nullable(),
  threshold: share,
  outcome: z.enum(['alerted', 'below_threshold', 'cooldown', 'out_of_schedule', 'snoozed', 'waiting', 'averted', 'denied', 'repeated', 'retracted', 'dropped']),
  alert_id: z.string().nullable(),
  detail: z.string(),
});

const deleted = z.array(z.enum(['events', 'looks', 'decisions'])).describe('what was written down and is deleted by now');

/** Where an alert comes from, and what became of it. */
export const alertStory = z.strictObject({
  kind: z.literal('alert'),
  alert: alertSchema.describe('in its newest phase'),
  phases: z.array(alertSchema),
  evidence: z.array(z.strictObject({ event_id: z.string(), event: z.string(), score: share, why: z.string(), found: eventSchema.nullable().describe('null where the log has it no more') })),
  looks: z.array(lookSchema).describe('the windows that the model was shown of it, 40 at most'),
  decisions: z.array(decisionSchema),
  feedback: z.array(feedbackSchema),
  deleted,
});

/** An event, the looks that showed it, and what each rule made of it. */
export const eventStory = z.strictObject({
  kind: z.literal('event'),
  event: eventSchema,
  looks: z.array(lookSchema),
  decisions: z.array(decisionSchema),
  alerts: z.array(alertSchema).describe('given for it, each in its newest phase'),
  deleted,
});

export const whyNotQuery = z.strictObject({
  rule: slug.describe('why did this rule not alert …'),
  camera: slug.optional().describe('… at this camera (not needed where there is only one) …'),
  at: z.string().min(1).max(100).optional().describe('… at this time, in every way that a time may be written …'),
  event: z.string().min(1).max(80).optional().describe('… or for this event?'),
  slack: z.coerce.number().min(0).max(3600).default(10).describe('how far `at` may be off, s'),
  timezone: zone.optional().describe('of `at`, and of the times in the answer’s words: Europe/Berlin; by default this machine’s'),
});

const checkSchema = z.strictObject({
  name: z.enum(['rule', 'camera', 'schedule', 'snooze', 'watched', 'sampled', 'told', 'sure', 'kept', 'held', 'score', 'complete', 'verified', 'cooldown', 'alerted', 'delivered']),
  state: z.enum(['passed', 'failed', 'unknown', 'open']).describe('unknown: what would tell is deleted; open: an earlier link did not hold'),
  says: z.string(),
  until: iso.nullable(),
  until_ms: ms.nullable(),
  gaps: z.array(unwatchedSchema),
  looks: z.array(lookSchema),
  event: eventSchema.nullable(),
  decision: decisionSchema.nullable(),
  alert: alertSchema.nullable(),
});

/** Why there was no alert, or that there was one. */
export const whyNotAnswer = z.strictObject({
  rule: z.string(),
  camera: z.string(),
  event_id: z.string().nullable(),
  from: iso,
  from_ms: ms,
  to: iso,
  to_ms: ms,
  says: z.string().describe('the answer in a sentence or two'),
  failed: checkSchema.shape.name.nullable().describe('the first link that did not hold; null where all held, or what would tell is not kept'),
  checks: z.array(checkSchema).describe('the links between something that happens and an alert, in their order'),
  alert: alertSchema.nullable().describe('that was given after all'),
});

export type DecisionOut = z.infer<typeof decisionSchema>;
export type AlertStoryOut = z.infer<typeof alertStory>;
export type EventStoryOut = z.infer<typeof eventStory>;
export type CheckOut = z.infer<typeof checkSchema>;
export type WhyNotOut = z.infer<typeof whyNotAnswer>;

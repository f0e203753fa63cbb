import { z } from 'zod';
import { alertPayloadSchema } from '../../alerts/payload.ts';
import { iso, listOf, logQuery, ms, slug } from './common.ts';

/** The message as it went over MQTT, but for the site, and what became of it. */
export const alertSchema = alertPayloadSchema.omit({ site: true }).extend({
  delivered: z.boolean().describe('the broker has it; until then `published_at` is when it was made'),
  links: z.strictObject({
    snapshot: z.string().nullable().describe('path of the picture under this server; null where there is none'),
    clip: z.string().nullable().describe('path of the clip'),
  }),
});

export const feedbackSchema = z.strictObject({ alert_id: z.string(), right: z.boolean(), note: z.string(), at: iso, at_ms: ms });

export const alertsQuery = logQuery.extend({
  rule: slug.optional().describe('of one rule'),
  event: z.string().max(80).optional().describe('that rest on this event'),
  phases: z.stringbool().default(false).describe('every phase of an alert, and not only its newest state'),
});
export const alertsAnswer = listOf(alertSchema);

/** One alert: its newest state, every phase of it, and what was said of it. */
export const alertAnswer = z.strictObject({
  alert: alertSchema,
  phases: z.array(alertSchema).describe('in the order in which they came'),
  feedback: feedbackSchema.nullable(),
});

export const feedbackBody = z.strictObject({
  right: z.boolean().describe('what the alert says did happen'),
  note: z.string().max(1000).default('').describe('why, for people'),
}).meta({ examples: [{ right: false, note: 'it was the cat' }] });

export type AlertOut = z.infer<typeof alertSchema>;
export type AlertsOut = z.infer<typeof alertsAnswer>;
export type AlertDetailOut = z.infer<typeof alertAnswer>;
export type FeedbackOut = z.infer<typeof feedbackSchema>;
export type FeedbackIn = z.input<typeof feedbackBody>;

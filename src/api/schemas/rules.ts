import { z } from 'zod';
import { fileProblem, iso, ms, share, slug } from './common.ts';

const length = z.union([z.number(), z.string().min(1).max(100)]).describe('seconds, or 30s, 5m, 1h30m');
const sentence = z.string().min(1).max(500);
const moment = z.string().min(1).max(40).describe('2026-12-31 or 2026-12-31T18:00');
const names = z.union([z.string(), z.array(z.string())]);

/** A rule as its file holds it: the whole language; what is left out has its default. What is wrong with it is told by key. */
const keys = {
  alert: sentence.describe('what to alert on, in plain words of any language'),
  cameras: z.array(slug).describe('none means all'),
  cooldown: length,
  severity: z.enum(['info', 'warning', 'critical']),
  threshold: share.describe('least score of a match'),
  enabled: z.boolean(),
  schedule: z.strictObject({ days: names.optional(), hours: names.optional(), timezone: z.string().optional() }).describe('days: mon-fri, hours: 22:00-06:00, timezone: Europe/Berlin'),
  for: length.describe('alert when it has gone on for so long'),
  absent: length.describe('alert when it has not happened for so long'),
  count: z.string().max(100).describe('alert when it has happened so often: 3 in 5m'),
  // a text, and nothing that could be waited for
  // oxlint-disable-next-line unicorn/no-thenable
  then: sentence.describe('alert when this follows'),
  without: sentence.describe('alert when this does not follow'),
  within: length.describe('… so soon'),
  verify: z.boolean().describe('look a second time before alerting'),
  until: moment.describe('holds until this date or time'),
  snoozed_until: moment.describe('silent until then'),
};

const { alert, ...others } = keys;

const ruleEntrySchema = z.object({ id: slug.optional(), alert, ...z.object(others).partial().shape });

/** A rule as it is read: every key with its value, lengths in seconds; null where it is not used. */
export const ruleSchema = z.strictObject({
  id: slug,
  alert: z.string(),
  cameras: z.array(z.string()),
  severity: keys.severity,
  threshold: share,
  enabled: z.boolean(),
  cooldown: z.number(),
  for: z.number().nullable(),
  absent: z.number().nullable(),
  count: z.strictObject({ times: z.number(), within: z.number() }).nullable(),
  // oxlint-disable-next-line unicorn/no-thenable
  then: z.string().nullable(),
  without: z.string().nullable(),
  within: z.number().nullable(),
  verify: z.boolean(),
  schedule: z
    .strictObject({
      days: z.array(z.number()).describe('0 (Sunday) to 6; none: every day'),
      hours: z.array(z.strictObject({ from: z.number(), to: z.number() })).describe('minutes of the day; none: all day'),
      timezone: z.string(),
    })
    .nullable(),
  until: iso.nullable(),
  until_ms: ms.nullable(),
  snoozed_until: iso.nullable(),
  snoozed_until_ms: ms.nullable(),
  state: z.enum(['on', 'off', 'snoozed', 'over']),
  says: z.string().describe('the rule in plain words'),
  entry: ruleEntrySchema.nullable().describe('as it stands in its file; null where the file cannot be read at present'),
  file: z.string().nullable().describe('that holds it'),
  line: z.int().nullable(),
  etag: z.string().nullable().describe('of that file: give it as If-Match with an edit, which is then refused where somebody else edited in between'),
});

export const rulesAnswer = z.strictObject({ items: z.array(ruleSchema), problem: fileProblem });
export const ruleParams = z.strictObject({ rule: slug });

/** Without an id it gets one made from its sentence. */
export const ruleBody = z.looseObject(ruleEntrySchema.shape).meta({ examples: [{ alert: 'alert when someone picks up phone', cameras: ['door'], cooldown: '30s' }] });

/** Null takes a key out. Of the kinds that exclude one another the one that is set takes the other's place. */
export const rulePatch = z.looseObject(
  Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, value.nullable().optional()])) as {
    readonly [K in keyof typeof keys]: z.ZodOptional<z.ZodNullable<(typeof keys)[K]>>;
  },
).meta({ examples: [{ threshold: 0.6, cooldown: null }] });

export const snoozeBody = z.strictObject({ for: length.describe('30m, 2h, seconds; 0 ends it') }).meta({ examples: [{ for: '2h' }] });

export type RuleEntryIn = z.input<typeof ruleBody>;
export type RulePatchIn = z.input<typeof rulePatch>;
export type RuleOut = z.infer<typeof ruleSchema>;
export type RulesOut = z.infer<typeof rulesAnswer>;

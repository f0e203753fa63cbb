import { z } from 'zod';
import { shortOf } from '../rules/describe.ts';
import type { Rule } from '../rules/rule.ts';
import { longestOpening } from '../rules/schedule.ts';
import { ownZone } from '../rules/zone.ts';
import { count, duration, momentOf, schedule } from './ruleTimes.ts';
import { ID } from './schema.ts';

const DAY = 86_400;
const id = z.string().regex(ID, 'must be 1 to 64 of a-z, 0-9, _ and -');
const sentence = z.string().trim().min(3).max(500);
const moment = z
  .string('must be a date or a time, as 2026-12-31 or 2026-12-31T18:00')
  .refine((text) => momentOf(text, 'UTC', 'begins') !== undefined, 'must be a date or a time, as 2026-12-31 or 2026-12-31T18:00');

const entry = z.strictObject({
  id,
  alert: sentence.describe('what to alert on, in plain words of any language'),
  cameras: z.array(id).default([]).describe('none means all'),
  cooldown: duration(0, 365 * DAY).default(0).describe('no further alert of this rule from the same camera for so long'),
  severity: z.enum(['info', 'warning', 'critical']).default('info'),
  threshold: z.number().min(0).max(1).default(0.5).describe('least score of a match'),
  enabled: z.boolean().default(true),
  schedule: schedule.optional().describe('when it listens'),
  for: duration(1, DAY).optional().describe('alert when it has gone on for so long'),
  absent: duration(1, 30 * DAY).optional().describe('alert when it has not happened for so long'),
  count: count.optional().describe('alert when it has happened so often: 3 in 5m'),
  // a text or a schema, and nothing that could be waited for
  // oxlint-disable-next-line unicorn/no-thenable
  then: sentence.optional().describe('alert when this follows'),
  without: sentence.optional().describe('alert when this does not follow'),
  within: duration(1, DAY).optional().describe('… so soon'),
  verify: z.boolean().optional().describe('look a second time before alerting'),
  until: moment.optional().describe('holds until this date or time'),
  snoozed_until: moment.optional().describe('silent until then'),
});

type Entry = z.output<typeof entry>;

const KINDS = ['for', 'absent', 'count', 'then', 'without'] as const;

/** A rule as `rules/*.yaml` holds it; a file that holds one rule may leave the id to the file's name. */
export const ruleSchema = entry.superRefine(refuseContradictions).transform((value): Rule => {
  const { snoozed_until: snoozed, until, ...rest } = value;
  const zone = rest.schedule?.timezone ?? ownZone();
  return {
    ...rest,
    until: until === undefined ? undefined : momentOf(until, zone, 'is over'),
    snoozedUntil: snoozed === undefined ? undefined : momentOf(snoozed, zone, 'begins'),
  };
});

function refuseContradictions(rule: Entry, context: z.RefinementCtx): void {
  const fault = (key: keyof Entry, message: string): void => context.addIssue({ code: 'custom', path: [key], message });
  const [first, second] = KINDS.filter((key) => rule[key] !== undefined);
  if (first && second) fault(second, `cannot stand beside ${first}: a rule has one of ${KINDS.join(', ')}`);
  const part = rule.then === undefined ? 'without' : 'then';
  const other = rule.then ?? rule.without;
  if (other !== undefined && rule.within === undefined) fault(part, 'needs within: how soon');
  if (other === undefined && rule.within !== undefined) fault('within', 'needs then or without: what is to follow');
  if (other === rule.alert) fault(part, `says the same as alert${part === 'then' ? '; that it happens twice is count: 2 in …' : ''}`);
  if (rule.absent !== undefined && rule.verify) fault('verify', 'cannot stand beside absent: where nothing happened there is nothing to look at again');
  refuseShort(rule, fault);
}

/** What takes longer than the schedule is open can never come true. */
function refuseShort(rule: Entry, fault: (key: keyof Entry, message: string) => void): void {
  const length = rule.for ?? rule.absent;
  if (!rule.schedule || length === undefined) return;
  const open = longestOpening(rule.schedule) * 60;
  if (length > open) fault(rule.for === undefined ? 'absent' : 'for', `is longer than the schedule is ever open, ${shortOf(open)}`);
}

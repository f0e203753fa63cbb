import { shown } from '../config/document.ts';
import type { FiledRule } from '../config/files.ts';
import { describeRule, stateOf } from '../rules/describe.ts';
import type { RuleEntryIn, RuleOut } from './schemas/rules.ts';
import { isoOrNull } from './shapes.ts';

/** A rule as the API tells it, at `now` (ms). */
export function ruleOut({ rule, entry, file, line, etag }: FiledRule, now: number): RuleOut {
  const { schedule } = rule;
  return {
    id: rule.id, alert: rule.alert, cameras: [...rule.cameras], severity: rule.severity, threshold: rule.threshold, enabled: rule.enabled,
    cooldown: rule.cooldown, for: rule.for ?? null, absent: rule.absent ?? null, count: rule.count ?? null,
    // oxlint-disable-next-line unicorn/no-thenable
    then: rule.then ?? null, without: rule.without ?? null, within: rule.within ?? null, verify: rule.verify ?? false,
    schedule: schedule ? { days: [...schedule.days], hours: schedule.hours.map(({ from, to }) => ({ from, to })), timezone: schedule.timezone } : null,
    until: isoOrNull(rule.until), until_ms: rule.until ?? null, snoozed_until: isoOrNull(rule.snoozedUntil), snoozed_until_ms: rule.snoozedUntil ?? null,
    state: stateOf(rule, now), says: describeRule(rule),
    entry: entry as RuleEntryIn | null, file: file === null ? null : shown(file), line, etag,
  };
}

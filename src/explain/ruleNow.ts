import { statSync } from 'node:fs';
import { inSchedule } from '../rules/schedule.ts';
import type { Rule, Schedule } from '../rules/rule.ts';
import type { RuleNow, WhyNotContext } from './gather.ts';

/** What the files say, as far as why-not goes by it. */
export interface WhyNotSources {
  readonly rule: Rule | undefined;
  /** the file that holds it, where that is known */
  readonly file: string | null;
  readonly camera: { readonly enabled: boolean } | undefined;
  readonly minConfidence: number;
  readonly now: number;
  /** writes a time for people */
  time(ms: number): string;
}

export function whyNotContext({ rule, file, ...rest }: WhyNotSources): WhyNotContext {
  return { ...rest, rule: rule && ruleNow(rule, file) };
}

function ruleNow(rule: Rule, file: string | null): RuleNow {
  const changedAt = file === null ? null : (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? null);
  return {
    id: rule.id, enabled: rule.enabled, cameras: rule.cameras, threshold: rule.threshold, snoozedUntil: rule.snoozedUntil ?? null, until: rule.until ?? null,
    schedule: rule.schedule ? scheduleText(rule.schedule) : null, inSchedule: (at) => inSchedule(rule, at), changedAt,
  };
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Mon Tue 22:00-06:00 Europe/Berlin */
function scheduleText({ days, hours, timezone }: Schedule): string {
  const clock = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  return [...days.map((day) => DAYS[day]), ...hours.map(({ from, to }) => `${clock(from)}-${clock(to)}`), timezone].join(' ');
}

import type { Rule, Schedule } from './rule.ts';
import { dayOf, instantOf, weekdayOf } from './zone.ts';

const DAY = 86_400_000;
const WEEK = 7 * DAY;
const MINUTES = 1440;
/** Days that are looked at; an event that is older than that counts from there. */
const MOST_DAYS = 32;

/** Wall clock, ms; `to` is no longer part of it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** May the rule's schedule hear of what happens at `at` (wall clock, ms)? */
export function inSchedule(rule: Pick<Rule, 'schedule'>, at: number): boolean {
  return !limits(rule.schedule) || spansOf(rule.schedule, at, at + 1).length > 0;
}

/** Why a rule passes over what happens at `at`, if it does. */
export function closedAt(rule: Rule, at: number): 'out_of_schedule' | 'snoozed' | undefined {
  if (rule.until !== undefined && at >= rule.until) return 'out_of_schedule';
  if (rule.snoozedUntil !== undefined && at < rule.snoozedUntil) return 'snoozed';
  return inSchedule(rule, at) ? undefined : 'out_of_schedule';
}

/** The times between two instants at which the rule listens, each with its true beginning, in order; touching ones are one. */
export function openings(rule: Rule, from: number, to: number): Span[] {
  const least = rule.snoozedUntil ?? 0;
  const most = rule.until ?? Number.MAX_SAFE_INTEGER;
  const spans = limits(rule.schedule) ? spansOf(rule.schedule, from, to) : [{ from: 0, to: Number.MAX_SAFE_INTEGER }];
  return spans
    .map((span) => ({ from: Math.max(span.from, least), to: Math.min(span.to, most) }))
    .filter((span) => span.to > span.from && span.to > from && span.from <= to);
}

/** Minutes of a schedule's longest opening; Infinity where one day runs into the next. */
export function longestOpening(schedule: Schedule): number {
  const lengths = hoursOf(schedule).map((span) => lengthOf(span));
  return lengths.some((length) => length >= MINUTES) ? Infinity : Math.max(...lengths);
}

/** One that is always open only names a zone. */
function limits(schedule: Schedule | undefined): schedule is Schedule {
  return schedule !== undefined && schedule.days.length + schedule.hours.length > 0;
}

/** What was last worked out for a schedule: zones are slow to ask, and events come in order. */
const known = new WeakMap<Schedule, Span & { readonly spans: readonly Span[] }>();

function spansOf(schedule: Schedule, from: number, to: number): readonly Span[] {
  const begin = Math.max(from, to - MOST_DAYS * DAY);
  let near = known.get(schedule);
  if (!near || begin < near.from || to > near.to) {
    near = { from: begin - DAY, to: to + DAY, spans: between(schedule, begin - DAY, to + DAY) };
    known.set(schedule, near);
  }
  return near.spans.filter((span) => span.to > from && span.from < to);
}

function between(schedule: Schedule, from: number, to: number): Span[] {
  const { timezone } = schedule;
  const spans: Span[] = [];
  // an opening that began some days ago is known by its true beginning
  const first = dayOf(from - WEEK, timezone);
  for (let i = 0; i <= Math.ceil((to - from + WEEK) / DAY) + 1; i++) {
    const day = { ...first, day: first.day + i };
    if (schedule.days.length > 0 && !schedule.days.includes(weekdayOf(day))) continue;
    for (const hours of hoursOf(schedule)) {
      spans.push({ from: instantOf(day, hours.from, timezone, 'first'), to: instantOf(day, hours.from + lengthOf(hours), timezone, 'last') });
    }
  }
  return joined(spans);
}

function hoursOf(schedule: Schedule): Schedule['hours'] {
  return schedule.hours.length > 0 ? schedule.hours : [{ from: 0, to: MINUTES }];
}

function lengthOf({ from, to }: Schedule['hours'][number]): number {
  return to > from ? to - from : to - from + MINUTES;
}

function joined(spans: readonly Span[]): Span[] {
  const out: { from: number; to: number }[] = [];
  for (const span of [...spans].filter((s) => s.to > s.from).sort((a, b) => a.from - b.from)) {
    const before = out.at(-1);
    if (before && span.from <= before.to) before.to = Math.max(before.to, span.to);
    else out.push({ ...span });
  }
  return out;
}

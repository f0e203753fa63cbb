import { clauseOf } from './rule.ts';
import type { Rule, Schedule } from './rule.ts';
import { ownZone, wallOf } from './zone.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** A rule in plain words, for people to check that it says what they meant. One sentence, one line. */
export function describeRule(rule: Rule): string {
  const zone = rule.schedule?.timezone ?? ownZone();
  const where = rule.cameras.length > 0 ? ` on ${rule.cameras.join(', ')}` : '';
  const when = rule.schedule && rule.schedule.days.length + rule.schedule.hours.length > 0 ? `, ${scheduleOf(rule.schedule)}` : '';
  const look = rule.verify ? ', if a second look agrees' : '';
  const rest = rule.cooldown > 0 ? `, at most once in ${shortOf(rule.cooldown)}` : '';
  const until = rule.until === undefined ? '' : `, until ${timeOf(rule.until, zone)}`;
  const snoozed = rule.snoozedUntil === undefined ? '' : ` (snoozed until ${timeOf(rule.snoozedUntil, zone)})`;
  return `Alerts when ${happening(rule)}${where}${when}${look}${rest}${until}${rule.enabled ? '' : ' (off)'}${snoozed}.`.replace(/\s+/g, ' ');
}

/** What has become of it at `now` (wall clock, ms). */
export function stateOf(rule: Rule, now: number): 'on' | 'off' | 'snoozed' | 'over' {
  if (!rule.enabled) return 'off';
  if (rule.until !== undefined && rule.until <= now) return 'over';
  return rule.snoozedUntil !== undefined && rule.snoozedUntil > now ? 'snoozed' : 'on';
}

function happening(rule: Rule): string {
  const what = `“${clauseOf(rule.alert)}”`;
  const within = shortOf(rule.within ?? 0);
  if (rule.for !== undefined) return `${what} goes on for ${shortOf(rule.for)}`;
  if (rule.absent !== undefined) return `${what} has not happened for ${shortOf(rule.absent)}`;
  if (rule.count) return `${what} happens ${rule.count.times} times within ${shortOf(rule.count.within)}`;
  if (rule.then !== undefined) return `${what} and then, within ${within}, “${clauseOf(rule.then)}”`;
  if (rule.without !== undefined) return `${what} and not, within ${within}, “${clauseOf(rule.without)}”`;
  return what;
}

/** "Mon, Tue 22:00–06:00 (Europe/Berlin)" */
function scheduleOf({ days, hours, timezone }: Schedule): string {
  const spans = hours.map(({ from, to }) => `${minutesOf(from)}–${minutesOf(to)}`).join(', ');
  return [days.map((day) => DAYS[day]).join(', '), spans, `(${timezone})`].filter((part) => part !== '').join(' ');
}

function minutesOf(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

function timeOf(at: number, zone: string): string {
  return new Date(wallOf(at, zone)).toISOString().slice(0, 16).replace('T', ' ');
}

/** Seconds as people write them: "1h30m". */
export function shortOf(seconds: number): string {
  const parts: string[] = [];
  let rest = seconds;
  for (const [unit, size] of [['d', 86_400], ['h', 3600], ['m', 60]] as const) {
    if (rest < size) continue;
    parts.push(`${Math.floor(rest / size)}${unit}`);
    rest %= size;
  }
  if (rest > 0 || parts.length === 0) parts.push(`${Number(rest.toFixed(3))}s`);
  return parts.join('');
}

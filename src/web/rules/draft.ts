import type { RuleEntryIn, RuleOut, RulePatchIn } from '../../api/schemas/rules.ts';

export type Unit = 's' | 'm' | 'h' | 'd';
export interface Length {
  readonly value: number;
  readonly unit: Unit;
}

export const KINDS = ['once', 'for', 'absent', 'count', 'next', 'without'] as const;
export type Kind = (typeof KINDS)[number];

/** A rule as the form holds it. Parts that the chosen kind does not use are kept, so that trying another kind loses nothing. */
export interface Draft {
  readonly id: string;
  readonly alert: string;
  readonly cameras: readonly string[];
  readonly kind: Kind;
  /** of the kind: how long it goes on, is absent, or within what it happens */
  readonly length: Length;
  readonly times: number;
  readonly second: string;
  readonly severity: RuleOut['severity'];
  readonly threshold: number;
  /** value 0: none */
  readonly cooldown: Length;
  readonly verify: boolean;
  readonly scheduled: boolean;
  /** 0 (Sunday) to 6; none: every day */
  readonly days: readonly number[];
  readonly hours: readonly { readonly from: string; readonly to: string }[];
  readonly timezone: string;
  readonly until: string;
  readonly enabled: boolean;
}

const SECONDS: Readonly<Record<Unit, number>> = { d: 86_400, h: 3600, m: 60, s: 1 };
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

export function blankDraft(timezone: string): Draft {
  return {
    id: '', alert: '', cameras: [], kind: 'once', length: { value: 30, unit: 's' }, times: 3, second: '', severity: 'info', threshold: 0.5, cooldown: { value: 0, unit: 's' },
    verify: false, scheduled: false, days: [], hours: [{ from: '22:00', to: '06:00' }], timezone, until: '', enabled: true,
  };
}

/** A rule as the form shows it. */
export function draftOf(rule: RuleOut, timezone: string): Draft {
  const blank = blankDraft(timezone);
  const kind = kindOf(rule);
  const seconds = rule.for ?? rule.absent ?? rule.count?.within ?? rule.within;
  const { schedule } = rule;
  return {
    ...blank,
    id: rule.id, alert: rule.alert, cameras: rule.cameras, kind, severity: rule.severity, threshold: rule.threshold, cooldown: lengthOf(rule.cooldown), verify: rule.verify, enabled: rule.enabled,
    length: seconds === null ? blank.length : lengthOf(seconds), times: rule.count?.times ?? blank.times, second: rule.then ?? rule.without ?? '',
    scheduled: schedule !== null, days: schedule?.days ?? [], timezone: schedule?.timezone ?? timezone,
    hours: schedule ? schedule.hours.map(({ from, to }) => ({ from: clockOf(from), to: clockOf(to) })) : blank.hours,
    until: rule.entry?.until ?? '',
  };
}

function kindOf(rule: RuleOut): Kind {
  return KINDS.find((kind) => kind !== 'once' && rule[keyOf(kind)] !== null) ?? 'once';
}

/** The rule's key of a kind. */
export function keyOf(kind: Exclude<Kind, 'once'>): 'for' | 'absent' | 'count' | 'then' | 'without' {
  return kind === 'next' ? 'then' : kind;
}

/** The rule as a file would hold it: keys at their defaults are left out. */
export function entryOf(draft: Draft): RuleEntryIn {
  return {
    ...(draft.id ? { id: draft.id } : {}),
    alert: draft.alert.trim(),
    ...(draft.cameras.length > 0 ? { cameras: [...draft.cameras] } : {}),
    ...partOf(draft),
    ...(draft.severity === 'info' ? {} : { severity: draft.severity }),
    ...(draft.threshold === 0.5 ? {} : { threshold: draft.threshold }),
    ...(draft.cooldown.value > 0 ? { cooldown: lengthText(draft.cooldown) } : {}),
    ...(draft.verify && draft.kind !== 'absent' ? { verify: true } : {}),
    ...(draft.scheduled ? { schedule: scheduleOf(draft) } : {}),
    ...(draft.until.trim() === '' ? {} : { until: draft.until.trim() }),
    ...(draft.enabled ? {} : { enabled: false }),
  };
}

function partOf({ kind, length, times, second }: Draft): Partial<RuleEntryIn> {
  const text = lengthText(length);
  if (kind === 'once') return {};
  if (kind === 'count') return { count: `${times} in ${text}` };
  if (kind === 'for' || kind === 'absent') return { [kind]: text };
  return { [keyOf(kind)]: second.trim(), within: text };
}

function scheduleOf({ days, hours, timezone }: Draft): NonNullable<RuleEntryIn['schedule']> {
  const spans = hours.filter(({ from, to }) => from !== '' && to !== '').map(({ from, to }) => `${from}-${to}`);
  return {
    ...(days.length === 0 || days.length === 7 ? {} : { days: days.map((day) => DAYS[day] ?? '') }),
    ...(spans.length === 0 ? {} : { hours: spans }),
    timezone,
  };
}

/** The keys in which the form differs from the rule as it was; null takes a key out. */
export function patchOf(before: Draft, after: Draft): RulePatchIn {
  const [old, young] = [entryOf(before), entryOf(after)] as const;
  const keys = [...new Set([...Object.keys(old), ...Object.keys(young)])].filter((key) => key !== 'id' && JSON.stringify(old[key]) !== JSON.stringify(young[key]));
  return Object.fromEntries(keys.map((key) => [key, young[key] ?? null]));
}

/** Seconds in the largest unit that divides them. */
export function lengthOf(seconds: number): Length {
  if (seconds === 0) return { value: 0, unit: 's' };
  const unit = (['d', 'h', 'm'] as const).find((each) => seconds % SECONDS[each] === 0) ?? 's';
  return { value: seconds / SECONDS[unit], unit };
}

export function lengthText({ value, unit }: Length): string {
  return `${value}${unit}`;
}

export function secondsOf({ value, unit }: Length): number {
  return value * SECONDS[unit];
}

/** 390 → 06:30 */
export function clockOf(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

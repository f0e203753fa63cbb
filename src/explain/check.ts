import type { Coverage, Decision, Look } from '../record.ts';
import type { Event } from '../values.ts';
import type { WhyNotFacts } from './gather.ts';
import type { KeptAlert } from './log.ts';

/** The links between something that happens and an alert, in their order. */
export type CheckName =
  | 'rule' | 'camera' | 'schedule' | 'snooze'
  | 'watched' | 'sampled' | 'told' | 'sure' | 'kept'
  | 'held' | 'score' | 'complete' | 'verified' | 'cooldown'
  | 'alerted' | 'delivered';

/** One link: did it hold? `unknown`: what would tell is deleted or was never written down; `open`: an earlier one did not hold. */
export interface Check {
  readonly name: CheckName;
  readonly state: 'passed' | 'failed' | 'unknown' | 'open';
  /** in plain words; text of a model or a camera in it is as it was told */
  readonly says: string;
  /** what it goes by, as far as there is such */
  readonly gaps?: readonly Coverage[];
  readonly looks?: readonly Look[];
  readonly event?: Event;
  readonly decision?: Decision;
  readonly alert?: KeptAlert;
  /** wall clock, ms */
  readonly until?: number;
}

/** Looks at one link. */
export type CheckOne = (facts: WhyNotFacts) => Omit<Check, 'name'>;

export function passed(says: string, more: Omit<Check, 'name' | 'state' | 'says'> = {}): Omit<Check, 'name'> {
  return { state: 'passed', says, ...more };
}

export function failed(says: string, more: Omit<Check, 'name' | 'state' | 'says'> = {}): Omit<Check, 'name'> {
  return { state: 'failed', says, ...more };
}

export function unknown(says: string, more: Omit<Check, 'name' | 'state' | 'says'> = {}): Omit<Check, 'name'> {
  return { state: 'unknown', says, ...more };
}

/** Text of a model in a sentence: cut, and in quotation marks. */
export function quoted(text: string): string {
  const plain = text.replace(/\s+/gu, ' ').trim();
  return `“${plain.length > 160 ? `${plain.slice(0, 159)}…` : plain}”`;
}

/** 0.5237 → 0.52, cut and never rounded up, so that a score below a threshold does not look like it; near 0 and 1 a third place. */
export function figure(value: number): string {
  if (Number(value.toFixed(3)) === value) return String(value);
  const places = value > 0.99 || value < 0.1 ? 1000 : 100;
  return String(Math.floor(value * places + 1e-9) / places);
}

/** 52 %; near all of it with a place, so that only 1 is 100 %. */
export function percent(value: number): string {
  const places = value > 0.99 ? 10 : 1;
  return `${Math.floor(value * 100 * places + 1e-9) / places} %`;
}

/** A length of time for people: 0.4 s, 12 s, 3 min 20 s, 2 h 5 min. */
export function lasting(ms: number): string {
  const s = ms / 1000;
  if (s < 10) return `${Number(s.toFixed(1))} s`;
  if (s < 60) return `${Math.round(s)} s`;
  const minutes = Math.round(s) / 60;
  if (minutes < 60) return `${Math.floor(minutes)} min${Math.round(s) % 60 ? ` ${Math.round(s) % 60} s` : ''}`;
  const whole = Math.round(minutes);
  return `${Math.floor(whole / 60)} h${whole % 60 ? ` ${whole % 60} min` : ''}`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

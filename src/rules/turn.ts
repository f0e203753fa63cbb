import type { Decision } from '../record.ts';
import type { Event, Verdict } from '../values.ts';
import type { Rule } from './rule.ts';
import { clausesOf } from './rule.ts';
import type { Fact, State } from './state.ts';
import { ownZone, wallOf } from './zone.ts';

/** An answer that is there; null: it could not be had; undefined: it is to be asked for, and the turn is taken again with it. */
export type Known = number | null | undefined;

/** One rule and one camera taking in one event or stretch of watching. Everything that it knows is in `state`. */
export interface Turn {
  readonly rule: Rule;
  readonly camera: string;
  readonly state: State;
  /** wall clock, ms */
  readonly now: number;
  readonly matchMs: number;
  newId(): string;
  score(event: Event, ask: string): Known;
  verify(event: Event, ask: string): Known;
  readonly verdicts: Verdict[];
  readonly decisions: Decision[];
}

/** The rule's part as the model is asked, and as people read it. */
export function partOf(turn: Turn, part: 0 | 1): { readonly clause: string; readonly ask: string } {
  const parts = clausesOf(turn.rule);
  return parts[part] ?? { clause: turn.rule.alert, ask: turn.rule.alert };
}

export function decide(turn: Turn, event: Event | null, outcome: Decision['outcome'], more: Partial<Decision> = {}): void {
  const { rule, camera, now } = turn;
  turn.decisions.push({
    ruleId: rule.id, camera, eventId: event?.id ?? null, at: event?.start ?? now, decidedAt: now, clause: partOf(turn, 0).clause, score: null,
    threshold: rule.threshold, outcome, alertId: null, detail: '', ...more,
  });
}

/** Has the rule had its say of this event? */
export function heard(turn: Turn, event: Event): boolean {
  return turn.state.heard.some(([id, text]) => id === event.id && (text === null || text === event.text));
}

/** Did a second look deny it as it reads now? */
export function denied(turn: Turn, event: Event): boolean {
  return turn.state.heard.some(([id, text]) => id === event.id && text === event.text);
}

/** The rule says nothing more of this event; with a text: unless that changes. */
export function hear(turn: Turn, id: string, text: string | null = null): void {
  turn.state.heard = [...turn.state.heard.filter(([other]) => other !== id), [id, text]];
}

export function factOf(turn: Turn, id: string, part: 0 | 1): Fact | undefined {
  return turn.state.facts.find((fact) => fact.part === part && fact.event.id === id);
}

export function dropFacts(turn: Turn, drop: (fact: Fact) => boolean): void {
  turn.state.facts = turn.state.facts.filter((fact) => !drop(fact));
}

export function byStart(a: Fact, b: Fact): number {
  return a.event.start - b.event.start;
}

/** The time of day where the rule's schedule is meant, or here: 14:05:10 */
export function clockOf(rule: Rule, at: number): string {
  return new Date(wallOf(at, rule.schedule?.timezone ?? ownZone())).toISOString().slice(11, 19);
}

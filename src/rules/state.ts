import type { Event, Verdict } from '../values.ts';
import { meaningOf } from './rule.ts';
import type { Rule } from './rule.ts';
import type { Span } from './schedule.ts';

/** An event that satisfies a part of the rule and may still matter. */
export interface Fact {
  /** which: 0 the alert, 1 what is to follow */
  readonly part: 0 | 1;
  event: Event;
  score: number;
  /** what a second look said; null: none was possible; none: not asked */
  verified?: number | null;
  /** the alert that it was used for: it does not count for another */
  used?: string;
}

/** An alert that was given, as it was last told. */
export interface Told {
  verdict: Verdict;
  over: boolean;
  /** events that it rests on and that turned out not to be so */
  invalid: string[];
  /** the rule's words have changed since */
  stale: boolean;
}

/** How long it has not happened. */
export interface Absence {
  /** counted from here, ms; later ends of facts count instead */
  since: number;
  /** it was told; `opening`: in which of the schedule's; `ended`: the event that ended it */
  fired: { readonly id: string; readonly at: number; readonly opening: number; readonly since: number; readonly ended: string | null } | null;
}

/** What one rule knows of one camera: plain JSON, and all that its next verdict depends on. */
export interface State {
  readonly version: 1;
  readonly meaning: string;
  /** when it last alerted, ms */
  spoken: number | null;
  /** events that it will not speak of again; with a text: unless that changes */
  heard: [id: string, text: string | null][];
  facts: Fact[];
  /** events that may come to matter: what follows before what it follows is known, what lasts before the schedule opens */
  held: Event[];
  /** start of the newest event that was kept, ms: what lies too far before it is not taken in again */
  newest: number;
  told: Told[];
  /** stretches in which the camera was watched, in order */
  watched: Span[];
  absence: Absence | null;
}

/** Hard ceilings per rule and camera: a model that babbles must not fill the memory, nor the log. */
const MOST = { heard: 128, facts: 64, held: 32, told: 24, watched: 64 } as const;

/** The state of a rule that was kept, or a new one where there is none, it is none, or the rule has become another. */
export function stateOf(rule: Rule, kept: string | undefined): State {
  const meaning = meaningOf(rule);
  const before = kept === undefined ? undefined : parsed(kept);
  if (before?.meaning === meaning) return before;
  const told = (before?.told ?? []).map((one) => ({ ...one, stale: true }));
  return { version: 1, meaning, spoken: null, heard: told.map(({ verdict }) => [verdict.eventId ?? verdict.id, null]), facts: [], held: [], newest: 0, told, watched: [], absence: null };
}

function parsed(text: string): State | undefined {
  try {
    const value = JSON.parse(text) as Partial<State> | null;
    const whole = value?.version === 1 && [value.heard, value.facts, value.held, value.told, value.watched].every(Array.isArray);
    return whole ? (value as State) : undefined;
  } catch {
    return undefined;
  }
}

/** Drops the oldest of what is too much. */
export function bounded(state: State): void {
  state.heard.splice(0, state.heard.length - MOST.heard);
  state.facts.splice(0, state.facts.length - MOST.facts);
  state.held.splice(0, state.held.length - MOST.held);
  while (state.told.length > MOST.told) {
    const settled = state.told.findIndex((one) => one.over || one.invalid.length > 0);
    state.told.splice(Math.max(0, settled), 1);
  }
  while (state.watched.length > MOST.watched) {
    const [first, second] = state.watched.splice(0, 2);
    // what was watched keeps its length
    if (first && second) state.watched.unshift({ from: second.from - (first.to - first.from), to: second.to });
  }
}

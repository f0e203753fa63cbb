import type { Event, Verdict } from '../values.ts';
import { reconsider } from './intake.ts';
import { openings } from './schedule.ts';
import { begin, finish, say, takeBack } from './speak.ts';
import type { Fact, Told } from './state.ts';
import { clockOf, decide, partOf } from './turn.ts';
import type { Turn } from './turn.ts';
import { lastWatched, watchedAtLength } from './watching.ts';

/** Occurrences that are remembered, so that one that is taken back no longer counts. */
const MOST_FACTS = 16;

/**
 * `absent`: told once it has not happened for so long of watched time, counted from its last end, from when watching began or from the
 * schedule's opening; then not again until it has happened, or the schedule has opened, once more.
 */
export function absence(turn: Turn, length: number): void {
  const { state, rule } = turn;
  const to = lastWatched(state);
  if (to === 0) return;
  state.absence ??= { since: state.watched[0]?.from ?? to, fired: null };
  reconsider(turn);
  fold(turn);
  const opening = openings(rule, to, to).find((span) => span.from <= to && to < span.to);
  if (!opening) return;
  if (standing(turn) && state.absence.fired?.opening !== opening.from) close(turn, opening.from);
  const since = Math.max(state.absence.since, opening.from, ...state.facts.map((fact) => fact.event.end));
  if (standing(turn) || state.facts.some((fact) => fact.event.phase !== 'end')) return;
  const at = watchedAtLength(state, { from: since, to: opening.to }, length);
  if (at !== undefined) tell(turn, { since, at, opening: opening.from });
}

/** It was told, and has not happened since. */
export function standing({ state }: Turn): boolean {
  return state.absence?.fired?.ended === null;
}

/** It has happened, as far as is known now: what that means for an alert that said it had not. */
export function happened(turn: Turn, fact: Fact, before: Event | undefined): void {
  const { state } = turn;
  const fired = state.absence?.fired;
  const { event, score } = fact;
  if (!before) decide(turn, event, 'averted', { score, detail: 'it happened: counted anew' });
  if (!state.absence || !fired || (before && before.start <= fired.at && event.end < fired.at)) return;
  const told = state.told.find(({ verdict }) => verdict.id === fired.id);
  if (event.start + event.startUncertainty <= fired.at) {
    if (event.end <= fired.since || (told?.invalid.length ?? 0) > 0) return;
    if (told) takeBack(turn, told, told.verdict, { event, score, detail: `it happened: ${clockOf(turn.rule, event.start)}` });
    if (told) told.invalid = [event.id];
    state.absence.fired = { ...fired, ended: event.id };
  } else if (fired.ended === null) {
    if (told) finish(turn, told, { ...told.verdict, end: event.start, endUncertainty: event.startUncertainty });
    state.absence.fired = { ...fired, ended: event.id };
  }
}

/** It has not happened after all: the absence that it ended goes on. */
export function unhappened(turn: Turn, id: string): void {
  const { absence: now, told } = turn.state;
  const fired = now?.fired;
  if (!now || !fired || fired.ended !== id) return;
  const other = turn.state.facts.find((fact) => fact.event.start > fired.at);
  now.fired = { ...fired, ended: other?.event.id ?? null };
  const one = told.find(({ verdict }) => verdict.id === fired.id);
  if (!one) return;
  one.invalid = [];
  one.over = other !== undefined;
  say(turn, one, { ...one.verdict, phase: 'update', end: other?.event.start ?? fired.at, endUncertainty: other?.event.startUncertainty ?? 0 });
}

/** The oldest occurrences become the beginning that is counted from. */
function fold({ state }: Turn): void {
  const now = state.absence;
  if (!now) return;
  const old = state.facts.filter((fact) => fact.event.phase === 'end').sort((a, b) => a.event.end - b.event.end);
  for (const fact of old.slice(0, Math.max(0, old.length - MOST_FACTS))) {
    now.since = Math.max(now.since, fact.event.end);
    state.facts = state.facts.filter((one) => one !== fact);
  }
}

/** The schedule has opened anew, or the rule is off: an alert that stands is over. */
export function close(turn: Turn, at: number): void {
  const fired = turn.state.absence?.fired;
  const told = turn.state.told.find(({ verdict }) => verdict.id === fired?.id);
  if (told && told.invalid.length === 0) finish(turn, told, { ...told.verdict, end: Math.max(told.verdict.end, at) });
  if (turn.state.absence) turn.state.absence.fired = null;
}

function tell(turn: Turn, { since, at, opening }: { since: number; at: number; opening: number }): void {
  const { rule, state, now } = turn;
  if (!state.absence) return;
  const detail = `not since ${clockOf(rule, since)}`;
  const until = (state.spoken ?? 0) + rule.cooldown * 1000;
  if (state.spoken !== null && now >= state.spoken && now < until) {
    state.absence.fired = { id: '', at, since, opening, ended: null };
    return decide(turn, null, 'cooldown', { at, detail: `${detail}; until ${clockOf(rule, until)}` });
  }
  const verdict = verdictOf(turn, since, at);
  const told: Told = { verdict, over: false, invalid: [], stale: false };
  state.absence.fired = { id: verdict.id, at, since, opening, ended: null };
  begin(turn, told);
  decide(turn, null, 'alerted', { at, alertId: verdict.id, detail });
}

function verdictOf(turn: Turn, start: number, end: number): Verdict {
  const { rule, camera, matchMs } = turn;
  const last = turn.state.facts.at(-1)?.event;
  const { clause } = partOf(turn, 0);
  return {
    id: turn.newId(), phase: 'new', ruleId: rule.id, ruleText: rule.alert, severity: rule.severity, camera, eventId: null, text: clause, start, end,
    startUncertainty: last?.endUncertainty ?? 0, endUncertainty: 0, timeSource: last?.timeSource ?? 'arrival', happenedAt: end, detectedAt: turn.now, score: 1,
    threshold: rule.threshold, clause, evidence: [], verified: null, latency: { capture: 0, queue: 0, infer: 0 }, matchMs,
  };
}

import type { Event, Watched } from '../values.ts';
import { absence, close, happened, standing, unhappened } from './absence.ts';
import { counting } from './counting.ts';
import { follow, giveUp } from './follow.ts';
import { forget, takeIn } from './intake.ts';
import { lasting, plain } from './lasting.ts';
import type { Rule } from './rule.ts';
import { following, lacking } from './sequence.ts';
import { bounded } from './state.ts';
import type { State, Told } from './state.ts';
import { decide } from './turn.ts';
import type { Turn } from './turn.ts';
import { watch } from './watching.ts';

/** Does the rule speak of this camera at all? */
export function concerns(rule: Rule, camera: string): boolean {
  return rule.enabled && (rule.cameras.length === 0 || rule.cameras.includes(camera));
}

/** Alerts that are over are followed for so long, ms: a closer look may come late. */
const FOLLOWED = 2 * 60_000;
/** … and no more of them than these. */
const MOST_FOLLOWED = 8;

/** Does it matter to the rule that time passes? Else it is told of events alone. */
export function waits(rule: Rule, state: State): boolean {
  if (rule.absent !== undefined || rule.without !== undefined) return true;
  if (state.told.some(isOpen)) return true;
  return rule.for !== undefined && state.facts.length + state.held.length > 0;
}

function isOpen(told: Told): boolean {
  return !told.over && told.invalid.length === 0;
}

/** Takes an event's newest version in: first what it means for alerts that were given, then whether there is one to give. */
export function onEvent(turn: Turn, event: Event): void {
  const { rule, state } = turn;
  follow(turn, event);
  if (!concerns(rule, turn.camera)) return rest(turn, event.start);
  const before = state.facts.find((fact) => fact.part === 0 && fact.event.id === event.id)?.event;
  takeIn(turn, event);
  if (rule.absent !== undefined) {
    const fact = state.facts.find((one) => one.event.id === event.id);
    if (fact) happened(turn, fact, before);
    else if (before) unhappened(turn, event.id);
  }
  if (event.phase === 'retracted' && before) decide(turn, event, 'retracted', { detail: 'the event was taken back' });
  judge(turn);
  letGo(state, event.start);
}

/** Takes in that a camera was watched, and that all that was seen has been told. */
export function onWatched(turn: Turn, watched: Watched): void {
  giveUp(turn, watched.to);
  if (!concerns(turn.rule, turn.camera)) return rest(turn, watched.to);
  watch(turn.state, watched);
  judge(turn);
  letGo(turn.state, watched.to);
}

function judge(turn: Turn): void {
  const { rule, state } = turn;
  if (rule.for !== undefined) lasting(turn, rule.for * 1000);
  else if (rule.absent !== undefined) absence(turn, rule.absent * 1000);
  else if (rule.count) counting(turn, rule.count);
  else if (rule.then !== undefined) following(turn);
  else if (rule.without !== undefined) lacking(turn);
  else plain(turn);
  forget(turn);
  bounded(state);
}

/** Alerts that are over and can hardly change any more need not be followed. */
function letGo(state: State, at: number): void {
  const settled = state.told.filter((told) => !isOpen(told));
  const followed = settled.slice(-MOST_FOLLOWED).filter((told) => told.verdict.end > at - FOLLOWED);
  state.told = state.told.filter((told) => isOpen(told) || followed.includes(told));
}

/** A rule that is off waits for nothing; when it is on again it begins anew. */
function rest(turn: Turn, at: number): void {
  const { state } = turn;
  if (standing(turn)) close(turn, at);
  state.facts = [];
  state.held = [];
  state.watched = [];
  state.absence = null;
  letGo(state, at);
}

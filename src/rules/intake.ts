import type { Event } from '../values.ts';
import { closedAt, openings } from './schedule.ts';
import { deny } from './speak.ts';
import type { Fact } from './state.ts';
import { decide, denied, dropFacts, factOf, heard, partOf } from './turn.ts';
import type { Turn } from './turn.ts';
import { advance, lastsUntil, lastWatched, LATE } from './watching.ts';

/** Holds an event's newest version against the parts of the rule that it can matter to. What satisfies one becomes a fact. */
export function takeIn(turn: Turn, event: Event): void {
  const { state } = turn;
  state.held = state.held.filter((other) => other.id !== event.id);
  if (event.phase === 'retracted') return dropFacts(turn, (fact) => fact.event.id === event.id);
  if (event.start < horizon(turn)) return;
  takeFirst(turn, event);
  if (turn.rule.then !== undefined || turn.rule.without !== undefined) takeSecond(turn, event);
}

function takeFirst(turn: Turn, event: Event): void {
  const { rule } = turn;
  const before = factOf(turn, event.id, 0);
  // a count goes on counting what it was silent about, but not what was denied
  if (heard(turn, event) && !before && (rule.count === undefined || denied(turn, event))) return;
  const closed = turnedAway(turn, event, before);
  if (closed) {
    dropFacts(turn, (fact) => fact.part === 0 && fact.event.id === event.id);
    // it may go on until the rule listens
    if (event.phase !== 'end' && (rule.for ?? rule.absent) !== undefined) turn.state.held.push(event);
    return decide(turn, event, closed, detailOf(turn, closed));
  }
  const fact = hold(turn, event, 0);
  if (fact && rule.verify && (rule.count || rule.then || rule.without)) verifyNow(turn, fact);
}

/** Why the rule does not listen to it at all. Of what lasts, the part that lies within the schedule counts. */
function turnedAway(turn: Turn, event: Event, before: Fact | undefined): 'out_of_schedule' | 'snoozed' | undefined {
  const { rule, state } = turn;
  // what ends an absence does so whenever it happens
  if (rule.absent !== undefined && (before || state.absence?.fired?.ended === null)) return undefined;
  const closed = closedAt(rule, event.start);
  if (!closed || (rule.for === undefined && rule.absent === undefined)) return closed;
  return openings(rule, event.start, lastsUntil(state, event)).length > 0 ? undefined : closed;
}

function detailOf({ rule }: Turn, closed: 'out_of_schedule' | 'snoozed'): { detail: string } {
  const until = closed === 'snoozed' ? rule.snoozedUntil : undefined;
  return { detail: until === undefined ? '' : `until ${new Date(until).toISOString()}` };
}

/** What began before the rule listened may have gone on until it does. */
export function reconsider(turn: Turn): void {
  const { rule, state } = turn;
  for (const event of [...state.held].sort((a, b) => a.start - b.start)) {
    if (openings(rule, event.start, lastsUntil(state, event)).length === 0) continue;
    state.held = state.held.filter((other) => other !== event);
    takeFirst(turn, event);
  }
}

/** What follows is only asked about where there is something that it may follow; what comes a little early is held. */
function takeSecond(turn: Turn, event: Event): void {
  const { state } = turn;
  const fresh = state.facts.filter((fact) => fact.part === 0 && fact.event.id !== event.id);
  if (factOf(turn, event.id, 1) || fresh.some((fact) => follows(turn, fact.event, event))) hold(turn, event, 1);
  else keep(turn, event);
  const first = factOf(turn, event.id, 0);
  if (!first) return;
  for (const other of state.held.filter((one) => one.id !== event.id && follows(turn, first.event, one))) {
    hold(turn, other, 1);
    state.held = state.held.filter((one) => one !== other);
  }
}

/** Does the second begin after the first, and soon enough, as far as their starts are known? */
export function follows(turn: Turn, first: Event, second: Event): boolean {
  const slack = slackOf(first, second);
  const after = second.start - first.start;
  return after >= -slack && after <= (turn.rule.within ?? 0) * 1000 + slack;
}

/** Camera clocks may be off by much, but not against themselves. */
export function slackOf(first: Event, second: Event): number {
  return Math.min(1000, first.startUncertainty + second.startUncertainty);
}

/** Asks whether the event satisfies a part, and keeps it as a fact if so. */
function hold(turn: Turn, event: Event, part: 0 | 1): Fact | undefined {
  const { rule, state } = turn;
  const { clause, ask } = partOf(turn, part);
  const score = turn.score(event, ask);
  if (score === undefined) return undefined;
  const before = factOf(turn, event.id, part);
  if (score === null || score < rule.threshold) {
    dropFacts(turn, (fact) => fact === before);
    decide(turn, event, score === null ? 'dropped' : 'below_threshold', { score, clause });
    return undefined;
  }
  if (!before) {
    const fact: Fact = { part, event, score };
    advance(state, event);
    state.facts.push(fact);
    return fact;
  }
  if (before.event.text !== event.text) before.verified = undefined;
  before.event = event;
  before.score = score;
  return before;
}

/** While its frames are still there. */
function verifyNow(turn: Turn, fact: Fact): void {
  if (fact.verified !== undefined) return;
  const look = turn.verify(fact.event, partOf(turn, fact.part).ask);
  if (look === undefined) return;
  fact.verified = look;
  if (look === null || look >= turn.rule.threshold) return;
  deny(turn, fact);
  dropFacts(turn, (one) => one === fact);
}

function keep({ state }: Turn, event: Event): void {
  advance(state, event);
  state.held.push(event);
}

/** What began before it can no longer matter, and has been judged. */
function horizon({ rule, state }: Turn): number {
  const reach = rule.count?.within ?? rule.within;
  if (reach === undefined) return 0;
  // `without` is judged by what was watched
  return (rule.without === undefined ? state.newest : lastWatched(state)) - reach * 1000 - LATE;
}

/** Forgets what is too old to matter. */
export function forget(turn: Turn): void {
  const { state } = turn;
  const least = horizon(turn);
  dropFacts(turn, (fact) => fact.event.start < least);
  if (least > 0) state.held = state.held.filter((event) => event.start >= state.newest - LATE);
}

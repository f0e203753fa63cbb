import type { Event, Evidence, Verdict } from '../values.ts';
import { clausesOf } from './rule.ts';
import { finish, say, takeBack } from './speak.ts';
import type { Told } from './state.ts';
import { decide } from './turn.ts';
import type { Turn } from './turn.ts';

/** Smaller moves of a time, ms, are not worth telling. */
const WORTH_TELLING = 150;
/** An open event of which nothing has been told for so long is over, ms: looks at a still scene are up to ten minutes apart. */
const LOST = 11 * 60_000;

/** What an event's newest version means for the alerts that rest on it. */
export function follow(turn: Turn, event: Event): void {
  for (const told of turn.state.told) {
    const mine = told.verdict.evidence.find((one) => one.eventId === event.id);
    if (mine) followOne(turn, told, mine, event);
  }
}

function followOne(turn: Turn, told: Told, mine: Evidence, event: Event): void {
  const gone = event.phase === 'retracted';
  const score = gone ? mine.score : scoreNow(turn, told, mine, event);
  if (score === undefined) return;
  const holds = !gone && score >= told.verdict.threshold;
  const before = told.invalid.length > 0;
  told.invalid = [...told.invalid.filter((id) => id !== event.id), ...(holds ? [] : [event.id])];
  const now = told.invalid.length > 0;
  const next = gone ? told.verdict : withEvent(told.verdict, mine, event, score);
  if (now) {
    if (!before) takeBack(turn, told, next, { event, score: gone ? null : score, detail: gone ? 'the event was taken back' : 'it reads otherwise now' });
    else if (noticeable(told.verdict, next)) told.verdict = { ...next, phase: told.verdict.phase };
    else note(told, mine, event);
    return;
  }
  if (event.text !== mine.text && !before) decide(turn, event, 'repeated', { score, clause: mine.clause, alertId: next.id });
  const over = event.phase === 'end' && event.id === told.verdict.eventId && !told.over;
  if (before || (!over && noticeable(told.verdict, next))) say(turn, told, { ...next, phase: 'update' });
  else if (!over) note(told, mine, event);
  if (over) finish(turn, told, next);
}

/** How long the others went on is told along, but is nothing to tell by itself. */
function note(told: Told, mine: Evidence, event: Event): void {
  if (event.id === told.verdict.eventId) return;
  told.verdict = { ...told.verdict, evidence: told.verdict.evidence.map((one) => (one === mine ? { ...one, end: event.end } : one)) };
}

/** Under the words of the rule that the alert was given by; a changed rule no longer has them. */
function scoreNow(turn: Turn, told: Told, mine: Evidence, event: Event): number | undefined {
  const part = told.stale || event.text === mine.text ? undefined : clausesOf(turn.rule).find(({ clause }) => clause === mine.clause);
  const score = part ? turn.score(event, part.ask) : mine.score;
  return score === null ? mine.score : score;
}

function withEvent(verdict: Verdict, mine: Evidence, event: Event, score: number): Verdict {
  const { id: eventId, text, start, end, startUncertainty, endUncertainty, timeSource } = event;
  const changed = { ...mine, text, start, end, score };
  const evidence = verdict.evidence.map((one) => (one === mine ? changed : one)).sort((a, b) => a.start - b.start);
  const common = { ...verdict, evidence, score: Math.min(...evidence.map((one) => one.score)) };
  if (eventId !== verdict.eventId) return common;
  // what the rule waited for moves with what it waited from
  return { ...common, text, start, end, startUncertainty, endUncertainty, timeSource, happenedAt: verdict.happenedAt + start - verdict.start };
}

function noticeable(before: Verdict, after: Verdict): boolean {
  const moved = (a: number, b: number): boolean => Math.abs(a - b) >= WORTH_TELLING;
  if (before.text !== after.text || moved(before.start, after.start) || moved(before.end, after.end)) return true;
  return after.evidence.some((one, i) => {
    const was = before.evidence[i];
    return !was || was.eventId !== one.eventId || was.text !== one.text || moved(was.start, one.start);
  });
}

/** Ends what nothing has been heard of for long: the process that would have told of its end may be gone. */
export function giveUp(turn: Turn, to: number): void {
  for (const fact of turn.state.facts) {
    if (fact.event.phase !== 'end' && fact.event.end < to - LOST) fact.event = { ...fact.event, phase: 'end' };
  }
  turn.state.held = turn.state.held.filter((event) => event.end >= to - LOST);
  for (const told of turn.state.told) {
    const { verdict } = told;
    if (verdict.eventId !== null && !told.over && told.invalid.length === 0 && verdict.end < to - LOST) finish(turn, told, verdict);
  }
}

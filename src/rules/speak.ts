import type { Event, Evidence, Verdict } from '../values.ts';
import type { Fact, Told } from './state.ts';
import { byStart, clockOf, decide, hear, heard, partOf } from './turn.ts';
import type { Turn } from './turn.ts';

/** A rule has come true. */
export interface Due {
  /** the one that decided, and that the alert speaks of */
  readonly fact: Fact;
  /** all that it rests on, the deciding one included */
  readonly evidence: readonly Fact[];
  /** when the rule came true, ms */
  readonly happenedAt: number;
  /** when that was recognised, ms */
  readonly detectedAt: number;
}

/** `later`: an answer has to be waited for; a string: the id of the alert that speaks of it. */
export type Said = { readonly alert: string } | 'silent' | 'denied' | 'later';

/**
 * Alerts, if nothing speaks against it: once per event; not while the rule is silent after its last alert; not if a second look
 * denies it. An alert that was taken back is brought back instead (`update`).
 */
export function alert(turn: Turn, due: Due): Said {
  const { rule, state } = turn;
  const { event } = due.fact;
  const before = state.told.find(({ verdict }) => verdict.eventId === event.id);
  if (before) return again(turn, before, due);
  if (heard(turn, event)) return 'silent';
  const { clause, ask } = partOf(turn, due.fact.part);
  const known = { score: due.fact.score, clause };
  const until = (state.spoken ?? 0) + rule.cooldown * 1000;
  // a clock that was set back must not silence a rule for longer than its cooldown
  if (state.spoken !== null && turn.now >= state.spoken && turn.now < until) {
    hear(turn, event.id);
    decide(turn, event, 'cooldown', { ...known, detail: `until ${clockOf(rule, until)}` });
    return 'silent';
  }
  if (rule.verify && due.fact.verified === undefined) {
    const look = turn.verify(event, ask);
    if (look === undefined) return 'later';
    due.fact.verified = look;
  }
  if (typeof due.fact.verified === 'number' && due.fact.verified < rule.threshold) {
    deny(turn, due.fact);
    return 'denied';
  }
  return { alert: sayNew(turn, due) };
}

export function deny(turn: Turn, { event, score, verified, part }: Fact): void {
  hear(turn, event.id, event.text);
  decide(turn, event, 'denied', { score, clause: partOf(turn, part).clause, detail: `a second look gave ${(verified ?? 0).toFixed(2)}` });
}

function again(turn: Turn, before: Told, due: Due): Said {
  if (before.invalid.length > 0 && !before.stale) {
    before.invalid = [];
    const evidence = evidenceOf(turn, due);
    say(turn, before, { ...before.verdict, phase: 'update', evidence, score: Math.min(...evidence.map((one) => one.score)), happenedAt: due.happenedAt });
  }
  return before.invalid.length > 0 ? 'silent' : { alert: before.verdict.id };
}

function sayNew(turn: Turn, due: Due): string {
  const { event, score, part } = due.fact;
  const verdict = verdictOf(turn, due);
  const told: Told = { verdict, over: false, invalid: [], stale: false };
  begin(turn, told);
  hear(turn, event.id);
  decide(turn, event, 'alerted', { at: verdict.happenedAt, score, clause: partOf(turn, part).clause, alertId: verdict.id });
  if (event.phase === 'end') finish(turn, told, verdict);
  return verdict.id;
}

/** Tells a new alert; the cooldown counts from it. */
export function begin(turn: Turn, told: Told): void {
  turn.state.told.push(told);
  turn.state.spoken = turn.now;
  turn.verdicts.push(told.verdict);
}

export function say(turn: Turn, told: Told, verdict: Verdict): void {
  told.verdict = verdict;
  turn.verdicts.push(verdict);
}

/** What the alert speaks of is over: told once. */
export function finish(turn: Turn, told: Told, verdict: Verdict): void {
  if (told.over) return;
  told.over = true;
  say(turn, told, { ...verdict, phase: 'end' });
}

/** The alert was wrong. What it was made of counts again. */
export function takeBack(turn: Turn, told: Told, verdict: Verdict, why: { event: Event | null; score: number | null; detail: string }): void {
  say(turn, told, { ...verdict, phase: 'retracted' });
  for (const fact of turn.state.facts) if (fact.used === verdict.id) fact.used = undefined;
  decide(turn, why.event, 'retracted', { clause: verdict.clause, score: why.score, alertId: verdict.id, detail: why.detail });
}

function verdictOf(turn: Turn, due: Due): Verdict {
  const { rule, camera, matchMs } = turn;
  const { id: eventId, text, start, end, startUncertainty, endUncertainty, timeSource, latency } = due.fact.event;
  const evidence = evidenceOf(turn, due);
  const looks = due.evidence.flatMap((fact) => (typeof fact.verified === 'number' ? [fact.verified] : []));
  return {
    id: turn.newId(), phase: 'new', ruleId: rule.id, ruleText: rule.alert, severity: rule.severity, camera, eventId, text, start, end, startUncertainty,
    endUncertainty, timeSource, happenedAt: due.happenedAt, detectedAt: due.detectedAt, score: Math.min(...evidence.map((one) => one.score)),
    threshold: rule.threshold, clause: partOf(turn, due.fact.part).clause, evidence, verified: looks.length > 0 ? Math.min(...looks) : null, latency, matchMs,
  };
}

function evidenceOf(turn: Turn, due: Due): Evidence[] {
  return [...due.evidence].sort(byStart).map(({ event, score, part }) => ({
    eventId: event.id, text: event.text, start: event.start, end: event.end, score, clause: partOf(turn, part).clause,
  }));
}

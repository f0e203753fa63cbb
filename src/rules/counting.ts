import type { Rule } from './rule.ts';
import { alert } from './speak.ts';
import type { Fact } from './state.ts';
import { byStart, decide } from './turn.ts';
import type { Turn } from './turn.ts';

/**
 * `count`: told at the third of three events that begin within so long. Those that an alert was given for, and what began before
 * the last of them, count no more; those that it was silent about do.
 */
export function counting(turn: Turn, { times, within }: NonNullable<Rule['count']>): void {
  for (;;) {
    const fresh = turn.state.facts.filter((fact) => fact.used === undefined).sort(byStart);
    const group = firstGroup(turn, fresh, times, within * 1000);
    const fact = group?.at(-1);
    if (!group || !fact) return tell(turn, fresh, times, within * 1000);
    const said = alert(turn, { fact, evidence: group, happenedAt: fact.event.start, detectedAt: turn.now });
    if (said === 'later') return;
    if (said === 'denied') turn.state.facts = turn.state.facts.filter((one) => one !== fact);
    else if (typeof said === 'object') for (const one of fresh) if (one.event.start <= fact.event.start) one.used = said.alert;
  }
}

/** The first that the rule has not been silent about already. */
function firstGroup(turn: Turn, fresh: readonly Fact[], times: number, within: number): Fact[] | undefined {
  for (let last = times - 1; last < fresh.length; last++) {
    const group = fresh.slice(last - times + 1, last + 1);
    const [first, final] = [group[0], group.at(-1)];
    if (!first || !final || final.event.start - first.event.start > within) continue;
    if (!turn.state.heard.some(([id, text]) => id === final.event.id && text === null && !takenBack(turn, id))) return group;
  }
  return undefined;
}

function takenBack({ state }: Turn, id: string): boolean {
  return state.told.some((one) => one.verdict.eventId === id && !one.stale);
}

function tell(turn: Turn, fresh: readonly Fact[], times: number, within: number): void {
  for (const [i, { event, score }] of fresh.entries()) {
    const before = fresh.slice(0, i + 1).filter((one) => one.event.start >= event.start - within).length;
    if (before < times) decide(turn, event, 'waiting', { score, detail: `${before} of ${times}` });
  }
}

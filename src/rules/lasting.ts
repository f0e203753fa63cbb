import { openings } from './schedule.ts';
import { alert } from './speak.ts';
import type { Fact } from './state.ts';
import { clockOf, decide, dropFacts } from './turn.ts';
import type { Turn } from './turn.ts';
import { watchedFrom } from './watching.ts';

/** The end of an event is told so long after it was watched, ms; what is not told to have ended by then goes on. */
const SETTLE = 3000;

/** A rule without conditions: each event that satisfies it is told. */
export function plain(turn: Turn): void {
  for (const fact of turn.state.facts) {
    alert(turn, { fact, evidence: [fact], happenedAt: fact.event.start, detectedAt: fact.event.detectedAt });
  }
  dropFacts(turn, () => true);
}

/** `for`: told as soon as what is still going on has lasted so long within the schedule. */
export function lasting(turn: Turn, length: number): void {
  for (const fact of turn.state.facts) {
    const { event } = fact;
    const until = knownEnd(turn, fact);
    const span = openings(turn.rule, event.start, until).find(({ from, to }) => Math.min(to, until) - Math.max(from, event.start) >= length);
    if (span) {
      const happenedAt = Math.max(span.from, event.start) + length;
      if (alert(turn, { fact, evidence: [fact], happenedAt, detectedAt: turn.now }) !== 'later') dropFacts(turn, (one) => one === fact);
    } else if (event.phase === 'end') {
      dropFacts(turn, (one) => one === fact);
      decide(turn, event, 'averted', { score: fact.score, detail: `was over after ${((event.end - event.start) / 1000).toFixed(1)} s of ${length / 1000} s` });
    } else {
      decide(turn, event, 'waiting', { score: fact.score, detail: `until ${clockOf(turn.rule, event.start + length)}` });
    }
  }
}

/** How far it is known to have gone on: as it was told, and where it is open as long as it was watched without a gap. */
function knownEnd({ state }: Turn, { event }: Fact): number {
  if (event.phase === 'end') return event.end;
  return Math.max(event.end, (watchedFrom(state, event.end) ?? 0) - SETTLE);
}

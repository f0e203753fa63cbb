import { reconsider } from './intake.ts';
import { openings } from './schedule.ts';
import { alert } from './speak.ts';
import { byStart, clockOf, decide, dropFacts } from './turn.ts';
import type { Turn } from './turn.ts';
import { lastsUntil } from './watching.ts';

/** A rule without conditions: each event that satisfies it is told. */
export function plain(turn: Turn): void {
  for (const fact of turn.state.facts) {
    alert(turn, { fact, evidence: [fact], happenedAt: fact.event.start, detectedAt: fact.event.detectedAt });
  }
  dropFacts(turn, () => true);
}

/** `for`: told as soon as what is still going on has lasted so long within the schedule. */
export function lasting(turn: Turn, length: number): void {
  reconsider(turn);
  for (const fact of [...turn.state.facts].sort(byStart)) {
    const { event } = fact;
    const until = lastsUntil(turn.state, event);
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

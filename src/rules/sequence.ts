import { follows, slackOf } from './intake.ts';
import { alert, takeBack } from './speak.ts';
import type { Fact } from './state.ts';
import { byStart, clockOf, decide, dropFacts, partOf } from './turn.ts';
import type { Turn } from './turn.ts';
import { gapWithin, watchedFrom } from './watching.ts';

/**
 * `then`: told when the second begins within so long of the beginning of the first. A first counts for one alert, and so does a
 * second; of several firsts the last is told.
 */
export function following(turn: Turn): void {
  const { state } = turn;
  for (const second of state.facts.filter((fact) => fact.part === 1).sort(byStart)) {
    const firsts = state.facts.filter((fact) => fact.part === 0 && !fact.used && fact.event.id !== second.event.id && follows(turn, fact.event, second.event));
    const last = firsts.sort(byStart).at(-1);
    if (!last || second.used) continue;
    const said = alert(turn, { fact: second, evidence: [last, second], happenedAt: second.event.start, detectedAt: turn.now });
    if (said === 'later') return;
    if (said === 'denied') {
      dropFacts(turn, (fact) => fact === second);
      continue;
    }
    for (const fact of [...firsts, second]) fact.used = typeof said === 'object' ? said.alert : 'silent';
  }
  for (const { event, score } of state.facts.filter((fact) => fact.part === 0 && !fact.used)) {
    decide(turn, event, 'waiting', { score, detail: `until ${clockOf(turn.rule, event.start + (turn.rule.within ?? 0) * 1000)}: ${partOf(turn, 1).clause}` });
  }
}

/**
 * `without`: told when the second has not begun within so long of the beginning of the first, all of which was watched. A second that
 * is told of later takes the alert back.
 */
export function lacking(turn: Turn): void {
  for (const first of turn.state.facts.filter((fact) => fact.part === 0).sort(byStart)) {
    const { event } = first;
    const second = turn.state.facts.find((fact) => fact.part === 1 && fact.event.id !== event.id && follows(turn, event, fact.event));
    if (second) avert(turn, first, second);
    else awaitSecond(turn, first);
  }
}

function avert(turn: Turn, first: Fact, { event }: Fact): void {
  const detail = `${partOf(turn, 1).clause}: ${clockOf(turn.rule, event.start)}`;
  const told = turn.state.told.find(({ verdict, invalid }) => verdict.eventId === first.event.id && invalid.length === 0);
  if (told && !told.stale) {
    told.invalid = [event.id];
    takeBack(turn, told, told.verdict, { event: first.event, score: first.score, detail });
  }
  if (!told && !first.used) decide(turn, first.event, 'averted', { score: first.score, detail });
}

function awaitSecond(turn: Turn, first: Fact): void {
  const { rule, state } = turn;
  const { event, score } = first;
  const deadline = event.start + (rule.within ?? 0) * 1000;
  const gap = gapWithin(state, event.start, deadline);
  if (gap) {
    if (!first.used) decide(turn, event, 'averted', { score, detail: `not watched ${clockOf(rule, gap.from)} to ${clockOf(rule, gap.to)}` });
    first.used ??= 'silent';
  }
  if (first.used) return;
  const until = watchedFrom(state, event.start);
  if (until === undefined || until < deadline + slackOf(event, event)) {
    return decide(turn, event, 'waiting', { score, detail: `until ${clockOf(rule, deadline)}: ${partOf(turn, 1).clause}` });
  }
  const said = alert(turn, { fact: first, evidence: [first], happenedAt: deadline, detectedAt: turn.now });
  if (said === 'later') return;
  first.used = typeof said === 'object' ? said.alert : 'silent';
}

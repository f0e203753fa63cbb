import type { TruthEvent } from '../../src/demo/story.ts';
import type { Event } from '../../src/values.ts';
import { wall } from './simulation.ts';

/** The figures that the demo is judged by, as counts and raw errors, so that several runs add up. */
export interface Figures {
  happened: number;
  logged: number;
  matched: number;
  alertsExpected: number;
  alertsSent: number;
  alertsDuplicate: number;
  alertsWrong: number;
  onsetErrors: number[];
  alertDelays: number[];
}

/** Farther off than this, ms, an event is another happening. */
const NEAR = 1500;

/** Rules of the simulation: any act by anyone, and the same act by who wears it; a text satisfies them by its words. */
function rulesOf(text: string): string[] {
  const m = /^a person in (\w+) (.*)$/.exec(text);
  return m ? [`someone ${m[2]}`, text] : [text];
}

export function measure(truth: readonly TruthEvent[], told: readonly { at: number; event: Event }[]): Figures {
  const latest = new Map<string, Event>();
  const alerts: { rule: string; start: number; at: number; id: string }[] = [];
  for (const { at, event } of told) {
    latest.set(event.id, event);
    if (event.phase === 'retracted') continue;
    for (const rule of rulesOf(event.text)) {
      if (!alerts.some((a) => a.id === event.id && a.rule === rule)) alerts.push({ rule, start: event.start, at, id: event.id });
    }
  }
  const logged = [...latest.values()].filter((e) => e.phase !== 'retracted');
  const free = new Set(truth);
  const onsetErrors: number[] = [];
  for (const e of logged) {
    const t = nearest([...free].filter((x) => x.text === e.text), e.start);
    if (!t) continue;
    free.delete(t);
    onsetErrors.push(Math.abs(e.start - wall(t.start)) / 1000);
  }
  let duplicate = 0;
  let wrong = 0;
  const alertDelays: number[] = [];
  const answered = new Set<string>();
  for (const a of alerts) {
    const t = nearest(truth.filter((x) => rulesOf(x.text).includes(a.rule)), a.start);
    if (!t) wrong++;
    else if (answered.has(`${a.rule}/${t.start}`)) duplicate++;
    else {
      answered.add(`${a.rule}/${t.start}`);
      alertDelays.push((a.at - wall(t.start)) / 1000);
    }
  }
  return {
    happened: truth.length, logged: logged.length, matched: onsetErrors.length,
    alertsExpected: truth.reduce((n, t) => n + rulesOf(t.text).length, 0),
    alertsSent: alerts.length, alertsDuplicate: duplicate, alertsWrong: wrong, onsetErrors, alertDelays,
  };
}

function nearest(truth: readonly TruthEvent[], start: number): TruthEvent | undefined {
  let best: TruthEvent | undefined;
  for (const t of truth) {
    const d = Math.abs(wall(t.start) - start);
    if (d <= NEAR && (!best || d < Math.abs(wall(best.start) - start))) best = t;
  }
  return best;
}

export function add(all: readonly Figures[]): Figures & { recall: number; precision: number; onsetP50: number; onsetP95: number; delayP95: number } {
  const sum = (of: (f: Figures) => number): number => all.reduce((n, f) => n + of(f), 0);
  const onsetErrors = all.flatMap((f) => f.onsetErrors);
  const alertDelays = all.flatMap((f) => f.alertDelays);
  const [happened, logged, matched] = [sum((f) => f.happened), sum((f) => f.logged), sum((f) => f.matched)];
  return {
    happened, logged, matched, recall: matched / happened, precision: matched / logged,
    alertsExpected: sum((f) => f.alertsExpected), alertsSent: sum((f) => f.alertsSent),
    alertsDuplicate: sum((f) => f.alertsDuplicate), alertsWrong: sum((f) => f.alertsWrong),
    onsetErrors, alertDelays, onsetP50: quantile(onsetErrors, 0.5), onsetP95: quantile(onsetErrors, 0.95), delayP95: quantile(alertDelays, 0.95),
  };
}

export function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? 0;
}

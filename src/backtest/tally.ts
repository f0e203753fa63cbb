import type { Decision, Outcome } from '../record.ts';
import type { Evidence, Verdict } from '../values.ts';

/** An alert as it would have been given. Times are wall clock, ms. */
export interface BacktestAlert {
  readonly camera: string;
  readonly happenedAt: number;
  readonly text: string;
  readonly score: number;
  readonly clause: string;
  readonly eventId: string | null;
  readonly evidence: readonly Evidence[];
  /** it later proved to be none */
  readonly takenBack: boolean;
}

type Counted = Omit<BacktestAlert, 'takenBack'> & { readonly id: string };

/** Alerts, and parts of the rule that came true in vain, held for the report. */
const MOST_ALERTS = 1000;
const MOST_PARTS = 2000;

/** What one variant of the rule made of the past. */
export class Tally {
  alerts = 0;
  /** the newest ones */
  readonly #list: Counted[] = [];
  readonly #takenBack = new Set<string>();
  readonly days = new Map<string, number>();
  readonly cameras = new Map<string, number>();
  readonly outcomes = new Map<Outcome, number>();
  readonly #parts = new Map<string, Decision>();

  /** alerts that later proved to be none; they count as alerts all the same */
  get takenBack(): number {
    return this.#takenBack.size;
  }

  /** The newest thousand alerts, oldest first. */
  get list(): BacktestAlert[] {
    return this.#list.map(({ id, ...alert }) => ({ ...alert, takenBack: this.#takenBack.has(id) })).sort((a, b) => a.happenedAt - b.happenedAt);
  }

  verdict({ id, phase, camera, happenedAt, text, score, clause, eventId, evidence }: Verdict): void {
    for (const one of evidence) this.#parts.delete(one.eventId);
    if (phase === 'retracted') this.#takenBack.add(id);
    else this.#takenBack.delete(id);
    if (phase !== 'new') return;
    this.alerts++;
    this.days.set(dayOf(happenedAt), (this.days.get(dayOf(happenedAt)) ?? 0) + 1);
    this.cameras.set(camera, (this.cameras.get(camera) ?? 0) + 1);
    this.#list.push({ id, camera, happenedAt, text, score, clause, eventId, evidence });
    if (this.#list.length > MOST_ALERTS) this.#list.shift();
  }

  decision(decision: Decision): void {
    this.outcomes.set(decision.outcome, (this.outcomes.get(decision.outcome) ?? 0) + 1);
    if (decision.outcome !== 'waiting' && decision.outcome !== 'averted') return;
    const key = decision.eventId ?? `${decision.camera} ${decision.at}`;
    this.#parts.delete(key);
    this.#parts.set(key, decision);
    const oldest = this.#parts.keys().next();
    if (this.#parts.size > MOST_PARTS && !oldest.done) this.#parts.delete(oldest.value);
  }

  /** Parts of the rule that came true without an alert and nearly became one. */
  inVain(most: number): Decision[] {
    return nearest([...this.#parts.values()], most);
  }

  get vain(): number {
    return this.#parts.size;
  }
}

/** The nearest to an alert first, then the newest; without those that were not near. */
export function nearest(parts: readonly Decision[], most: number): Decision[] {
  return parts.filter((one) => nearness(one.detail) >= 0).sort((a, b) => nearness(b.detail) - nearness(a.detail) || b.at - a.at).slice(0, most);
}

/** How near it came, by the decision's words: "2 of 3", "was over after 25.0 s of 30 s". Below 0: not near. */
function nearness(detail: string): number {
  const [, some, unit, all] = /(\d+(?:\.\d+)?) (s )?of (\d+(?:\.\d+)?)/.exec(detail) ?? [];
  if (some === undefined) return 0;
  const share = Number(some) / Number(all);
  const near = unit === undefined ? Number(all) - Number(some) <= 1 : share >= 0.5;
  return near ? share : -1;
}

/** The day of the local calendar: 2026-01-31 */
export function dayOf(at: number): string {
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

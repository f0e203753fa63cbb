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
}

/** Alerts, and parts of the rule that came true in vain, held for the report. */
const MOST_ALERTS = 1000;
const MOST_PARTS = 2000;

/** What one variant of the rule made of the past. */
export class Tally {
  alerts = 0;
  /** the newest ones */
  readonly list: BacktestAlert[] = [];
  readonly days = new Map<string, number>();
  readonly cameras = new Map<string, number>();
  readonly outcomes = new Map<Outcome, number>();
  readonly #parts = new Map<string, Decision>();

  verdict({ phase, camera, happenedAt, text, score, clause, eventId, evidence }: Verdict): void {
    for (const one of evidence) this.#parts.delete(one.eventId);
    if (phase !== 'new') return;
    this.alerts++;
    this.days.set(dayOf(happenedAt), (this.days.get(dayOf(happenedAt)) ?? 0) + 1);
    this.cameras.set(camera, (this.cameras.get(camera) ?? 0) + 1);
    this.list.push({ camera, happenedAt, text, score, clause, eventId, evidence });
    if (this.list.length > MOST_ALERTS) this.list.shift();
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

  /** Parts of the rule that came true without an alert: the nearest to one first (2 of 3 before 1 of 3), then the newest. */
  inVain(most: number): Decision[] {
    return [...this.#parts.values()].sort((a, b) => share(b.detail) - share(a.detail) || b.at - a.at).slice(0, most);
  }

  get vain(): number {
    return this.#parts.size;
  }
}

/** How far it came, by the decision's words: "2 of 3", "was over after 12.0 s of 30 s". */
function share(detail: string): number {
  const [, some, all] = /(\d+(?:\.\d+)?) (?:s )?of (\d+(?:\.\d+)?)/.exec(detail) ?? [];
  return some === undefined ? 0 : Number(some) / Number(all);
}

/** The day of the local calendar: 2026-01-31 */
export function dayOf(at: number): string {
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

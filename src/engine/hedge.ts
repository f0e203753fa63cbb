import { Budget } from './budget.ts';

/** Hedges as a share of requests. */
const SHARE = 0.05;
/** Answers of a kind that are remembered, and how many make a percentile. */
const REMEMBERED = 128;
const ENOUGH = 20;
/** Kinds that are told apart; more share one. */
const KINDS = 16;
/** Of so many hedges at least this share has to win, or hedging rests for so long, ms. */
const JUDGED = 20;
const WORTH = 0.25;
const REST = 300_000;

export interface HedgeFigures {
  readonly won: number;
  readonly lost: number;
}

/**
 * When a request that takes long is sent to a second engine too: the second is idle, the first has had the request for longer than it
 * took 19 of 20 of its kind, and hedges are few. A hedge costs the second engine a whole window, and its prefix cache holds another
 * camera's: so it is measured whether hedges win, and where fewer than a quarter do, none are made for five minutes.
 */
export class Hedging {
  readonly #now: () => number;
  readonly #on: boolean;
  readonly #budget = new Budget(SHARE);
  readonly #took = new Map<string, number[]>();
  #recent: boolean[] = [];
  #restUntil = 0;
  #won = 0;
  #lost = 0;

  constructor(on: boolean, now: () => number = () => performance.now()) {
    this.#on = on;
    this.#now = now;
  }

  request(): void {
    this.#budget.earn();
  }

  /** A request of this kind was answered after so many ms. */
  answered(kind: string, ms: number): void {
    const key = this.#took.has(kind) || this.#took.size < KINDS ? kind : '';
    this.#took.set(key, [...(this.#took.get(key) ?? []), ms].slice(-REMEMBERED));
  }

  /** ms after which a request of this kind is a late one; before anything is known, half of its time. */
  lateAfter(kind: string, timeout: number): number {
    const took = this.#took.get(kind) ?? [];
    if (took.length < ENOUGH) return timeout / 2;
    return took.toSorted((a, b) => a - b)[Math.ceil(0.95 * took.length) - 1] ?? timeout / 2;
  }

  /** Whether one may be made now, which is counted. */
  take(): boolean {
    return this.#on && this.#now() >= this.#restUntil && this.#budget.take();
  }

  /** The second was faster, or not. */
  judged(won: boolean): void {
    if (won) this.#won++;
    else this.#lost++;
    this.#recent.push(won);
    if (this.#recent.length < JUDGED) return;
    const share = this.#recent.filter(Boolean).length / this.#recent.length;
    this.#recent = share < WORTH ? [] : this.#recent.slice(1);
    if (share < WORTH) this.#restUntil = this.#now() + REST;
  }

  get figures(): HedgeFigures {
    return { won: this.#won, lost: this.#lost };
  }
}

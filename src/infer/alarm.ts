import { asyncScheduler } from 'rxjs';
import type { SchedulerLike, Subscription } from 'rxjs';

/** It looks at the clock at least so often, ms: a wall clock may be set. */
const LONGEST_SLEEP = 60_000;

/** Rings once at a moment of the wall clock (ms); setting it anew takes back what was set before. */
export class Alarm {
  readonly #now: () => number;
  readonly #ring: () => void;
  readonly #scheduler: SchedulerLike;
  #at = Infinity;
  #timer: Subscription | undefined;

  constructor(now: () => number, ring: () => void, scheduler: SchedulerLike = asyncScheduler) {
    this.#now = now;
    this.#ring = ring;
    this.#scheduler = scheduler;
  }

  /** Infinity: not at all. A moment that is past rings at the next turn of the scheduler. */
  set(at: number): void {
    if (at === this.#at) return;
    this.#timer?.unsubscribe();
    this.#timer = undefined;
    this.#at = at;
    if (at < Infinity) this.#sleep();
  }

  #sleep(): void {
    // timers are whole milliseconds, and one that wakes early sleeps again
    const ms = Math.min(LONGEST_SLEEP, Math.max(1, Math.ceil(this.#at - this.#now())));
    this.#timer = this.#scheduler.schedule(() => {
      if (this.#now() < this.#at) return this.#sleep();
      this.#at = Infinity;
      this.#ring();
    }, ms);
  }
}

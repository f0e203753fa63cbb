import { backOff } from '../health/backOff.ts';

export type BreakerState = 'closed' | 'half-open' | 'open';

/** Failures in a row that open it. */
const MOST = 3;
/** Between tries of an engine that is there and fails, ms. */
const PAUSE = { first: 1000, most: 15_000, calm: 30_000 };

/**
 * Keeps requests from an engine that fails: `open` after three failures in a row. A health check makes it `half-open`: then one request
 * is let through, and closes it or opens it again for twice as long. Libraries (cockatiel, opossum) let requests find out whether the
 * pause was long enough; here each such request is a camera's window, so that a cheap question is asked first.
 */
export class Breaker {
  readonly #now: () => number;
  readonly #pause = backOff(PAUSE);
  #state: BreakerState = 'open';
  #failures = 0;
  #trying = false;
  /** when a check may make it half-open */
  #due = 0;

  /** `now`: ms, of a clock that is not set. Begins open: nothing is known of the engine. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** may have a request now */
  get passes(): boolean {
    return this.#state === 'closed' || (this.#state === 'half-open' && !this.#trying);
  }

  get isDue(): boolean {
    return this.#state === 'open' && this.#now() >= this.#due;
  }

  /** The engine is there. @returns whether it takes requests anew */
  checked(proven = false): boolean {
    if (this.#state !== 'open' || (!proven && !this.isDue)) return false;
    this.#trying = false;
    this.#state = proven ? 'closed' : 'half-open';
    this.#failures = 0;
    return true;
  }

  /** A request goes to it. @returns whether it is the one that is let through for a try */
  begin(): boolean {
    if (this.#state !== 'half-open') return false;
    this.#trying = true;
    return true;
  }

  /** `trial`: what `begin` said of the request. */
  succeeded(trial: boolean): void {
    if (trial) this.#trying = false;
    // what was sent before the failures and answered late says nothing of now
    if (this.#state === 'open' || (this.#state === 'half-open' && !trial)) return;
    this.#state = 'closed';
    this.#failures = 0;
    this.#pause.up();
  }

  /**
   * `atOnce`: it is plain that the next would fail as well. `back`: whether it can be reached says enough, so that it is tried as soon
   * as it can. @returns whether this opened it
   */
  failed(trial: boolean, { atOnce = false, back = false } = {}): boolean {
    if (trial) this.#trying = false;
    if (this.#state === 'open' || (this.#state === 'half-open' && !trial)) return false;
    if (this.#state === 'closed' && ++this.#failures < MOST && !atOnce) return false;
    this.#state = 'open';
    this.#due = back ? 0 : this.#now() + this.#pause.next();
    return true;
  }

  /** Nobody wanted the answer any more: the next one tries. */
  let(trial: boolean): void {
    if (trial) this.#trying = false;
  }
}

/** What to do with a live picture: go to another place (seconds, from where the buffer ends, backwards), or play faster or slower. */
export interface Step {
  readonly behind: number | undefined;
  readonly rate: number;
}

/** Seconds. What lies between the newest picture that came and the one that is shown: as little as the network allows. */
const LEAST = 0.12;
const MOST = 1.5;
const FIRST = 0.25;
/** Each time that the picture stood still for want of data, and each while without. */
const MORE = 0.15;
const LESS = 0.03;
const CALM_MS = 10_000;
/** So far behind playing faster takes too long. */
const LEAP = 2.5;

/**
 * Keeps a live picture near to the present, without stopping: it plays a little faster where it has more in hand than it needs, and learns how
 * much that is from how often it ran dry.
 */
export class Pace {
  #wanted = FIRST;
  #since: number | undefined;
  #begun = false;

  /** `ahead`: seconds that have come and are not shown yet; undefined: there is nothing at this place. `now`: ms. */
  next(ahead: number | undefined, now: number): Step {
    this.#since ??= now;
    if (now - this.#since > CALM_MS) {
      this.#since = now;
      this.#wanted = Math.max(LEAST, this.#wanted - LESS);
    }
    if (!this.#begun || ahead === undefined || ahead > this.#wanted + LEAP) {
      this.#begun = true;
      return { behind: this.#wanted, rate: 1 };
    }
    const over = ahead - this.#wanted;
    if (over > 0.15) return { behind: undefined, rate: Math.min(1.25, 1.03 + over / 5) };
    return { behind: undefined, rate: over < -0.1 && this.#wanted > LEAST ? 0.97 : 1 };
  }

  /** The picture stood still for want of data. */
  dry(now: number): void {
    this.#since = now;
    this.#wanted = Math.min(MOST, this.#wanted + MORE);
  }

  /** seconds that it tries to have in hand */
  get wanted(): number {
    return this.#wanted;
  }
}

import type { Endpoint } from './endpoint.ts';

/** Affinities that are remembered; beyond that the least recently used goes. */
const MOST = 1024;
/** The endpoint with the prefix is kept to while it has at most so many requests more than the best, and takes at most so many times as long. */
const MORE = 2;
const LONGER = 2;
/** Below so many ms all take as long: a machine that is busy for a moment makes more of a difference. */
const ALIKE = 100;

export interface Wish {
  readonly kind: string;
  readonly affinity?: string;
  /** ms that are left for the answer */
  readonly left: number;
  /** may be given to an endpoint that is tried out */
  readonly mayTry: boolean;
  readonly not: ReadonlySet<Endpoint>;
}

/** Which endpoint a request goes to. */
export class Choice {
  readonly #endpoints: readonly Endpoint[];
  readonly #home = new Map<string, Endpoint>();

  constructor(endpoints: readonly Endpoint[]) {
    this.#endpoints = endpoints;
  }

  /**
   * Of the free endpoints: one that has to be tried out; else the one with the least work, which is what it has and the request, each as
   * long as requests of this kind take there. A camera stays where its prefix is unless that costs much. An endpoint that will hardly
   * answer in time is only taken where no other is in health: it is better to wait for one that is quick.
   */
  pick({ kind, affinity, left, mayTry, not }: Wish): Endpoint | undefined {
    const free = this.#endpoints.filter((e) => e.isFree && !not.has(e));
    const tried = mayTry ? free.find((e) => e.breaker.state === 'half-open') : undefined;
    if (tried) return tried;
    const proven = free.filter((e) => e.breaker.state === 'closed');
    const others = this.#endpoints.some((e) => e.breaker.state === 'closed' && !not.has(e) && e.rest === 0 && e.expected(kind) <= left);
    const timely = others ? proven.filter((e) => e.expected(kind) <= left) : proven;
    const best = timely.toSorted((a, b) => work(a, kind) - work(b, kind) || a.outstanding - b.outstanding)[0];
    if (!best) return undefined;
    const home = affinity === undefined ? undefined : this.#home.get(affinity);
    const stays = home !== undefined && timely.includes(home) && home.outstanding <= best.outstanding + MORE && home.expected(kind) <= LONGER * Math.max(ALIKE, best.expected(kind));
    const chosen = stays ? home : best;
    if (affinity !== undefined) this.#settle(affinity, chosen);
    return chosen;
  }

  /** One that does nothing at all, for a request that is late elsewhere. */
  idle(not: Endpoint): Endpoint | undefined {
    return this.#endpoints.find((e) => e !== not && e.isFree && e.outstanding === 0 && e.breaker.state === 'closed');
  }

  /** One that could take a request which another is tried out with. */
  beside(not: Endpoint, kind: string): Endpoint | undefined {
    const free = this.#endpoints.filter((e) => e !== not && e.isFree && e.breaker.state === 'closed');
    return free.toSorted((a, b) => work(a, kind) - work(b, kind))[0];
  }

  #settle(affinity: string, endpoint: Endpoint): void {
    this.#home.delete(affinity);
    this.#home.set(affinity, endpoint);
    const [oldest] = this.#home.keys();
    if (this.#home.size > MOST && oldest !== undefined) this.#home.delete(oldest);
  }
}

/** ms until it were done with what it has and one more, if it did one after the other; where nothing is known, what it has counts. */
function work(endpoint: Endpoint, kind: string): number {
  return (endpoint.outstanding + 1) * Math.max(1, endpoint.expected(kind));
}

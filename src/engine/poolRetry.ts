import { setTimeout as sleep } from 'node:timers/promises';
import type { LookoutError } from '../errors.ts';
import { Budget } from './budget.ts';
import type { Endpoint } from './endpoint.ts';
import type { AttemptOptions } from './poolAttempts.ts';

/** Of one request, the first included. */
const MOST_TRIES = 3;
/** Before the only endpoint is asked again, ms. */
const PAUSE = 200;
/** A retry that is given less, ms, is none. */
const LEAST = 100;
const PASSING = new Set(['ENGINE_UNREACHABLE', 'ENGINE_UNTRUSTED', 'ENGINE_FAILED', 'ENGINE_BUSY']);

/** Which requests are made again, and how often. What was too late, or answered with what is no answer, would be so again. */
export class Retries {
  readonly #endpoints: readonly Endpoint[];
  readonly #budget: Budget;
  #made = 0;

  /** `share`: retries as a share of requests */
  constructor(endpoints: readonly Endpoint[], share: number) {
    this.#endpoints = endpoints;
    this.#budget = new Budget(share);
  }

  get made(): number {
    return this.#made;
  }

  request(): void {
    this.#budget.earn();
  }

  /** Whether a request that failed so is to be made again; where there is but this endpoint, after a moment. */
  async again(error: LookoutError, endpoint: Endpoint, { idempotent, until, signal }: AttemptOptions, tries: number): Promise<boolean> {
    if (!idempotent || tries >= MOST_TRIES || signal?.aborted) return false;
    const others = this.hasOther(endpoint);
    const pause = others || endpoint.rest > 0 ? 0 : PAUSE;
    if (until - performance.now() < LEAST + pause) return false;
    // a key or a model that one does not know, another may
    const isPassing = PASSING.has(error.code) || (error.code === 'ENGINE_REFUSED' && endpoint.breaker.state === 'open');
    if (!isPassing || !this.#budget.take()) return false;
    this.#made++;
    if (pause > 0) await sleep(pause * (0.5 + Math.random()));
    return true;
  }

  /** Whether another endpoint is in health. */
  hasOther(endpoint: Endpoint): boolean {
    return this.#endpoints.some((e) => e !== endpoint && e.breaker.state !== 'open');
  }
}

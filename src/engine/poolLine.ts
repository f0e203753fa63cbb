import { LookoutError } from '../errors.ts';
import type { Endpoint } from './endpoint.ts';
import type { Choice, Wish } from './poolChoice.ts';

/** Requests that wait for an endpoint; further ones are refused. */
const MOST = 256;

/** No engine answers within so few ms. */
const LEAST = 20;

export interface Seat extends Omit<Wish, 'left'> {
  /** performance.now() until which it may wait */
  readonly until: number;
  /** performance.now() at which nobody wants the answer any more */
  readonly by: number;
  readonly signal?: AbortSignal;
}

interface Waiting {
  readonly seat: Seat;
  take(endpoint: Endpoint): void;
  refuse(error: unknown): void;
}

/** Requests that wait until an endpoint is free, in the order in which they came. */
export class Line {
  readonly #endpoints: readonly Endpoint[];
  readonly #choice: Choice;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** before every endpoint was looked at for the first time, there is hope */
  #isOpen = false;

  constructor(endpoints: readonly Endpoint[], choice: Choice) {
    this.#endpoints = endpoints;
    this.#choice = choice;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** what is wrong with the endpoints that are out */
  get problem(): LookoutError | undefined {
    return this.#faults(new Set());
  }

  /**
   * `begin` is called with the endpoint at once, so that nobody else takes its place.
   * @throws the signal's reason, ENGINE_BUSY, ENGINE_TIMEOUT, or what is wrong with the endpoints where none is in health
   */
  place<T>(seat: Seat, begin: (endpoint: Endpoint) => T): Promise<T> {
    if (this.#waiting.length >= MOST) return Promise.reject(new LookoutError('ENGINE_BUSY', `${MOST} requests wait for an engine already.`));
    return new Promise((resolve, reject) => {
      const { signal, until } = seat;
      const leave = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        this.#waiting = this.#waiting.filter((w) => w !== waiting);
      };
      const refuse = (error: unknown): void => {
        leave();
        reject(error as Error);
      };
      const abort = (): void => refuse(signal?.reason);
      const timer = setTimeout(() => refuse(this.#late()), Math.max(0, until - performance.now()));
      const take = (endpoint: Endpoint): void => {
        leave();
        try {
          resolve(begin(endpoint));
        } catch (error) {
          reject(error as Error);
        }
      };
      const waiting = { seat, take, refuse };
      if (signal?.aborted) return abort();
      if (performance.now() >= until) return refuse(this.#late());
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.push(waiting);
      this.next();
    });
  }

  /** An endpoint may have become free, or is gone. */
  next(): void {
    for (const { seat, take, refuse } of this.#waiting) {
      const left = seat.by - performance.now();
      const endpoint = left < LEAST ? undefined : this.#choice.pick({ ...seat, left });
      if (endpoint) take(endpoint);
      else if (this.#isHopeless(seat, left)) refuse(this.#why(seat));
    }
    this.#wakeAtRest();
  }

  /** All endpoints have been looked at: where none is in health, nobody waits. */
  open(): void {
    this.#isOpen = true;
    this.next();
  }

  close(): void {
    for (const { refuse } of this.#waiting) refuse(new LookoutError('ENGINE_UNREACHABLE', 'The engines are left alone by now.'));
    clearTimeout(this.#timer);
  }

  #isHopeless({ not }: Seat, left: number): boolean {
    return this.#isOpen && this.#endpoints.every((e) => not.has(e) || e.breaker.state === 'open' || e.rest > Math.max(0, left));
  }

  #why({ not }: Seat): LookoutError {
    const resting = this.#endpoints.find((e) => e.rest > 0 && e.breaker.state !== 'open');
    if (resting) return new LookoutError('ENGINE_BUSY', `${resting.id} takes no requests for ${Math.ceil(resting.rest / 1000)} s.`);
    return this.#faults(not) ?? new LookoutError('ENGINE_UNSUITABLE', 'None of the engines can be asked for this.');
  }

  #faults(not: ReadonlySet<Endpoint>): LookoutError | undefined {
    const faults = this.#endpoints.flatMap((e) => (not.has(e) ? [] : (e.fault ?? [])));
    const [first] = faults;
    return first && new LookoutError(first.code, `No engine takes requests: ${faults.map((f) => f.detail).join(' ')}`);
  }

  #late(): LookoutError {
    return new LookoutError('ENGINE_BUSY', 'No engine was free in time.');
  }

  #wakeAtRest(): void {
    clearTimeout(this.#timer);
    const rests = this.#endpoints.map((e) => e.rest).filter((rest) => rest > 0);
    if (this.#waiting.length > 0 && rests.length > 0) this.#timer = setTimeout(() => this.next(), Math.min(...rests) + 1);
  }
}

import type { LookoutError } from '../errors.ts';
import { Breaker } from './breaker.ts';
import type { EngineReading } from '../infer/runningModel.ts';
import { EngineHttp } from './http.ts';
import type { EndpointSettings } from './http.ts';
import { EngineFault } from './httpFault.ts';
import { EngineRefusal } from './transport.ts';
import type { EndpointInfo } from './transport.ts';

/** Share of the latest answer in the mean. */
const WEIGHT = 0.3;
/** What was slow is given another chance: after so long without an answer half of its time is expected, ms. */
const FORGETS = 20_000;
/** Connections beside those of the requests: health, probing. */
const SPARE = 2;
/** An endpoint that was given so long, ms, and did not answer has failed; less says that the request came late. */
const FAIR = 1000;

/** A request that an endpoint works on. */
export interface Job {
  readonly kind: string;
  readonly trial: boolean;
  readonly began: number;
}

/** One engine: its connections, its breaker, what it works on, and how long it takes. */
export class Endpoint implements EndpointInfo {
  readonly id: string;
  readonly http: EngineHttp;
  readonly breaker = new Breaker();
  readonly atOnce: number;
  readonly #jobs = new Set<Job>();
  readonly #means = new Map<string, number>();
  #answeredAt = -Infinity;
  #restUntil = 0;
  #requests = 0;
  #failures = 0;
  #fault: LookoutError | undefined;

  /** @throws LookoutError ENGINE_CERTIFICATE */
  constructor(id: string, settings: EndpointSettings, atOnce: number) {
    this.id = id;
    this.atOnce = atOnce;
    this.http = new EngineHttp(id, settings, atOnce + SPARE);
  }

  get outstanding(): number {
    return this.#jobs.size;
  }

  /** why it gets no requests, or none but one to try it out */
  get fault(): LookoutError | undefined {
    return this.breaker.state === 'closed' ? undefined : this.#fault;
  }

  get answeredAt(): number {
    return this.#answeredAt;
  }

  /** may be given a request now */
  get isFree(): boolean {
    return this.breaker.passes && this.#jobs.size < this.atOnce && performance.now() >= this.#restUntil;
  }

  /** ms until it wants requests again */
  get rest(): number {
    return Math.max(0, this.#restUntil - performance.now());
  }

  /** ms that a request of this kind is expected to take; as long at least as one that has not come back. 0 where nothing is known. */
  expected(kind: string): number {
    const now = performance.now();
    const mean = (this.#means.get(kind) ?? 0) * 0.5 ** (Math.max(0, now - this.#answeredAt) / FORGETS);
    return Math.max(mean, ...[...this.#jobs].filter((job) => job.kind === kind).map((job) => now - job.began));
  }

  begin(kind: string): Job {
    this.#requests++;
    const job = { kind, trial: this.breaker.begin(), began: performance.now() };
    this.#jobs.add(job);
    return job;
  }

  answered(job: Job): void {
    this.#jobs.delete(job);
    this.#took(job);
    this.#answeredAt = performance.now();
    this.breaker.succeeded(job.trial);
  }

  /** Nobody wants the answer any more. */
  dropped(job: Job): void {
    this.#jobs.delete(job);
    this.breaker.let(job.trial);
  }

  /** Another has answered sooner, though it began later: three times in a row, and it is held to hang. */
  outrun(job: Job): void {
    this.#jobs.delete(job);
    this.#took(job);
    this.#broke(job, new EngineFault('ENGINE_TIMEOUT', `${this.id} was still at work when another engine had done the same.`), {});
  }

  /** @returns whether it gets no more requests for that */
  failed(job: Job, error: LookoutError): boolean {
    this.#jobs.delete(job);
    this.#failures++;
    if (error instanceof EngineFault && error.rest !== undefined) this.#restUntil = performance.now() + error.rest;
    const { isGone, isLost } = kindOf(error);
    const early = error.code === 'ENGINE_TIMEOUT' && performance.now() - job.began < FAIR;
    // an engine that says what it will not take, or that it is busy, is in health
    if (error instanceof EngineRefusal && !isLost) this.breaker.succeeded(job.trial);
    else if (early || error.code === 'ENGINE_BUSY') this.breaker.let(job.trial);
    else return this.#broke(job, error, { atOnce: isLost, back: isGone });
    return false;
  }

  #broke(job: Job, error: LookoutError, how: { readonly atOnce?: boolean; readonly back?: boolean }): boolean {
    if (error.code === 'ENGINE_TIMEOUT') this.#took(job);
    this.#fault = error;
    return this.breaker.failed(job.trial, how);
  }

  /** A health check did not go well while nothing else was asked of it. */
  unwell(error: LookoutError): boolean {
    this.#fault = error;
    return this.breaker.failed(false, { atOnce: kindOf(error).isLost, back: true });
  }

  get figures(): Omit<EngineReading['endpoints'][number], 'id'> {
    const means = [...this.#means.values()];
    const ms = means.length === 0 ? undefined : means.reduce((sum, m) => sum + m, 0) / means.length;
    return { state: this.breaker.state, requests: this.#requests, failures: this.#failures, outstanding: this.#jobs.size, ms };
  }

  #took({ kind, began }: Job): void {
    const ms = performance.now() - began;
    const mean = this.#means.get(kind);
    if (mean !== undefined || this.#means.size < 16) this.#means.set(kind, mean === undefined ? ms : mean + WEIGHT * (ms - mean));
  }
}

/** `isGone`: nobody is there. `isLost`: whoever is there does not know us or the model. */
function kindOf(error: LookoutError): { readonly isGone: boolean; readonly isLost: boolean } {
  const lost = error.code === 'ENGINE_UNTRUSTED' || (error instanceof EngineRefusal && [401, 403, 404].includes(error.status));
  return { isGone: error.code === 'ENGINE_UNREACHABLE', isLost: lost };
}

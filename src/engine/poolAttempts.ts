import { LookoutError } from '../errors.ts';
import type { Endpoint, Job } from './endpoint.ts';
import type { Hedging } from './hedge.ts';
import { linked } from './httpSignal.ts';
import type { Linked } from './httpSignal.ts';
import type { Choice } from './poolChoice.ts';
import type { EndpointInfo, EngineAnswer, EngineCall } from './transport.ts';

export interface AttemptOptions {
  call(endpoint: EndpointInfo): EngineCall | undefined;
  readonly kind: string;
  readonly bytes: number;
  /** performance.now() after which nobody wants the answer */
  readonly until: number;
  /** for one endpoint, ms */
  readonly timeout: number;
  readonly idempotent: boolean;
  readonly signal?: AbortSignal;
}

/** `answer`, or why there is none; neither where the endpoint cannot be asked for this. */
export interface Outcome {
  readonly endpoint: Endpoint;
  readonly answer?: EngineAnswer;
  readonly error?: LookoutError;
}

interface Sent {
  readonly endpoint: Endpoint;
  readonly trial: boolean;
  readonly outcome: Promise<Outcome>;
  stop(): void;
}

/** Nobody wants an answer that another endpoint has given. */
const ENOUGH = new LookoutError('ENGINE_BUSY', 'Another engine was faster.');

/** Sends a request to an endpoint, and where that pays to a second one beside it. */
export class Attempts {
  readonly #choice: Choice;
  readonly #hedging: Hedging;
  readonly #stop: AbortSignal;
  readonly #changed: (endpoint: Endpoint) => void;

  /** `stop` ends all; `changed`: an endpoint is free again, in or out. */
  constructor(choice: Choice, hedging: Hedging, stop: AbortSignal, changed: (endpoint: Endpoint) => void) {
    this.#choice = choice;
    this.#hedging = hedging;
    this.#stop = stop;
    this.#changed = changed;
  }

  /** @throws the signal's reason, later; all else is told by the outcome */
  begin(endpoint: Endpoint, options: AttemptOptions): Promise<Outcome> {
    const first = this.#send(endpoint, options);
    if (!first) return Promise.resolve({ endpoint });
    if (!options.idempotent) return first.outcome;
    return first.trial ? this.#beside(first, options) : this.#hedged(first, options);
  }

  /** An endpoint is tried out: another does the same at once, so that no window is lost by it. The trial goes on to its verdict. */
  async #beside(trial: Sent, options: AttemptOptions): Promise<Outcome> {
    const other = this.#choice.beside(trial.endpoint, options.kind);
    const second = other && this.#try(other, options);
    if (!second) return trial.outcome;
    const outcome = await better(trial.outcome, second.outcome);
    if (outcome.endpoint === trial.endpoint) second.stop();
    return outcome;
  }

  async #hedged(first: Sent, options: AttemptOptions): Promise<Outcome> {
    const { kind, timeout, until } = options;
    const late = Math.min(this.#hedging.lateAfter(kind, timeout), (until - performance.now()) / 2);
    const second = new Promise<Sent | undefined>((resolve) => {
      const timer = setTimeout(() => {
        const idle = this.#choice.idle(first.endpoint);
        resolve(idle && this.#hedging.take() ? this.#try(idle, options) : undefined);
      }, Math.max(0, late));
      void first.outcome.catch(() => undefined).finally(() => {
        clearTimeout(timer);
        resolve(undefined);
      });
    });
    const hedge = await second;
    if (!hedge) return first.outcome;
    const outcome = await better(first.outcome, hedge.outcome);
    this.#hedging.judged(outcome.endpoint === hedge.endpoint && outcome.answer !== undefined);
    if (outcome.endpoint === hedge.endpoint) first.stop();
    else hedge.stop();
    return outcome;
  }

  /** As `send`; where the request cannot be put, the first goes on alone. */
  #try(endpoint: Endpoint, options: AttemptOptions): Sent | undefined {
    try {
      return this.#send(endpoint, options);
    } catch {
      return undefined;
    }
  }

  #send(endpoint: Endpoint, options: AttemptOptions): Sent | undefined {
    const call = options.call(endpoint);
    if (!call) return undefined;
    const ends = linked([options.signal, this.#stop]);
    const job = endpoint.begin(options.kind);
    return { endpoint, trial: job.trial, outcome: this.#run(endpoint, job, call, options, ends), stop: () => ends.stop(ENOUGH) };
  }

  async #run(endpoint: Endpoint, job: Job, call: EngineCall, options: AttemptOptions, ends: Linked): Promise<Outcome> {
    const { bytes, kind, until } = options;
    const timeout = Math.min(options.timeout, until - performance.now());
    try {
      const json = await endpoint.http.send(call, { timeout, bytes, signal: ends.signal });
      call.check?.(json);
      endpoint.answered(job);
      const ms = performance.now() - job.began;
      this.#hedging.answered(kind, ms);
      return { endpoint, answer: { json, endpoint: endpoint.id, ms } };
    } catch (error) {
      const fault = error instanceof LookoutError ? error : new LookoutError('ENGINE_FAILED', `${endpoint.id}: ${String(error)}.`);
      if (!ends.signal.aborted) endpoint.failed(job, fault);
      else if (error === ENOUGH) endpoint.outrun(job);
      else {
        endpoint.dropped(job);
        throw error;
      }
      return { endpoint, error: fault };
    } finally {
      ends.release();
      this.#changed(endpoint);
    }
  }
}

/** The first answer; where there is none, the first's outcome. */
async function better(first: Promise<Outcome>, second: Promise<Outcome>): Promise<Outcome> {
  const sooner = await Promise.race([first, second]);
  if (sooner.answer) return sooner;
  const [one, other] = await Promise.all([first, second]);
  return one.answer ? one : other.answer ? other : one;
}

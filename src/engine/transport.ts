import type { Observable } from 'rxjs';
import { LookoutError } from '../errors.ts';
import type { EngineReading } from '../infer/runningModel.ts';

/** One request as an endpoint's server understands it. */
export interface EngineCall {
  readonly method: 'GET' | 'POST';
  /** `api`: below the address as configured, which ends in /v1 (added where it is not there); `root`: beside it, without the /v1 */
  readonly base: 'api' | 'root';
  /** begins with a slash */
  readonly path: string;
  /** JSON, written already: frames are large, and a call that is tried again is not written again */
  readonly body?: string;
  /** throws ENGINE_ANSWER for JSON that is no answer to it: then the endpoint has failed */
  check?(json: unknown): void;
}

export interface CallOptions {
  /** wall clock, ms, after which nobody wants the answer; by default `engine.timeout` from now */
  readonly deadline?: number;
  /** wall clock, ms: what has not found a free endpoint by then is given up; by default the deadline */
  readonly begin?: number;
  /** ms for the answer, instead of `engine.timeout` */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** may be sent again, or to two endpoints at a time; default true */
  readonly idempotent?: boolean;
  /** most bytes of the answer; default 1 MiB */
  readonly bytes?: number;
  /** calls that share it have prompts that begin alike: they go to one endpoint, for its prefix cache, unless that one is much busier */
  readonly affinity?: string;
  /** calls of one kind take about as long as one another: `window`, `score` … */
  readonly kind?: string;
}

export interface EngineAnswer {
  /** parsed, and not checked */
  readonly json: unknown;
  /** id of the endpoint that answered */
  readonly endpoint: string;
  /** from sending to the last byte */
  readonly ms: number;
}

/** Sends one call to one endpoint, once, whatever its health. */
export type SendOnce = (call: EngineCall, options: Pick<CallOptions, 'deadline' | 'signal' | 'bytes'>) => Promise<EngineAnswer>;

/** One server of the configuration. */
export interface EndpointInfo {
  /** stays for as long as the process does; goes into logs: no credentials */
  readonly id: string;
  /** why it gets no requests, where it gets none */
  readonly fault?: LookoutError | undefined;
}

export interface PoolOptions {
  /**
   * Looks whether an endpoint can serve, and as what: asked before its first request, again when it comes back after a failure, and now
   * and then. Rejects where it cannot; then it gets no requests until it can.
   */
  check(endpoint: EndpointInfo, send: SendOnce, signal: AbortSignal): Promise<void>;
}

/** The endpoints as one: least outstanding work first, breakers, retries with a budget, bounded in bytes, time and depth. */
export interface EnginePool {
  readonly endpoints: readonly EndpointInfo[];
  /** requests that the endpoints in health take at a time; at least 1 */
  readonly atOnce: number;
  /** resolves when the first endpoint has passed its check */
  readonly ready: Promise<void>;
  /** `up` while one endpoint at least is in health */
  readonly state$: Observable<'starting' | 'up' | 'down' | 'stopped'>;
  /**
   * `call` is asked for the request when an endpoint has been chosen, since servers differ; undefined: not for this one.
   * Rejects with the signal's reason, EngineRefusal, and ENGINE_UNREACHABLE, ENGINE_UNTRUSTED, ENGINE_TIMEOUT, ENGINE_FAILED (5xx),
   * ENGINE_ANSWER (too long, no JSON), ENGINE_BUSY.
   */
  request(call: (endpoint: EndpointInfo) => EngineCall | undefined, options: CallOptions): Promise<EngineAnswer>;
  /** why none of them can be asked, while none can */
  readonly problem: LookoutError | undefined;
  figures(): EngineReading;
  /** of a prompt of so many tokens an engine had so many in its prefix cache */
  reused(tokens: number, of: number): void;
  close(): Promise<void>;
}

/** The engine understood the request and will not serve it (4xx but 408 and 429): another endpoint of its kind would not either. */
export class EngineRefusal extends LookoutError {
  readonly status: number;
  /** what the engine says, its first 500 characters */
  readonly said: string;

  constructor(status: number, said: string) {
    super('ENGINE_REFUSED', `The engine answers ${status}: ${said.slice(0, 500)}`);
    this.status = status;
    this.said = said.slice(0, 500);
  }
}

import { setMaxListeners } from 'node:events';
import { BehaviorSubject } from 'rxjs';
import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import type { EngineReading } from '../infer/runningModel.ts';
import { Attempts } from './poolAttempts.ts';
import type { AttemptOptions, Outcome } from './poolAttempts.ts';
import { Endpoint } from './endpoint.ts';
import { keepHealth } from './health.ts';
import type { HealthPace } from './health.ts';
import { Hedging } from './hedge.ts';
import type { EndpointSettings } from './http.ts';
import { endpointIds } from './httpAddress.ts';
import { Choice } from './poolChoice.ts';
import { Line } from './poolLine.ts';
import { Retries } from './poolRetry.ts';
import type { CallOptions, EngineAnswer, EngineCall, EndpointInfo, EnginePool, PoolOptions } from './transport.ts';

export interface PoolSettings {
  readonly endpoints: readonly EndpointSettings[];
  /** requests in flight per endpoint */
  readonly atOnce: number;
  /** for an answer, ms */
  readonly timeout: number;
  /** retries as a share of requests */
  readonly retryBudget: number;
  readonly hedge: 'auto' | 'off';
  /** other than the usual, for tests */
  readonly pace?: HealthPace;
}

type State = 'starting' | 'up' | 'down' | 'stopped';

const BYTES = 2 ** 20;

/** Starts to look after the endpoints; requests are taken at once. @throws LookoutError ENGINE_CERTIFICATE */
export function startEnginePool(settings: PoolSettings, options: PoolOptions, signal: AbortSignal, log: Logger): EnginePool {
  const ids = endpointIds(settings.endpoints);
  const endpoints = settings.endpoints.map((one, i) => new Endpoint(ids[i] ?? '', one, settings.atOnce));
  return new Pool(endpoints, settings, options, signal, log);
}

class Pool implements EnginePool {
  readonly endpoints: readonly Endpoint[];
  readonly ready: Promise<void>;
  readonly state$ = new BehaviorSubject<State>('starting');
  readonly #settings: PoolSettings;
  readonly #log: Logger;
  readonly #line: Line;
  readonly #attempts: Attempts;
  readonly #hedging: Hedging;
  readonly #retries: Retries;
  readonly #stop = new AbortController();
  readonly #looked = new Set<Endpoint>();
  /** what each endpoint is out for, as it was logged */
  readonly #told = new Map<Endpoint, string>();
  readonly #tokens = { reused: 0, prompt: 0 };
  readonly #watching: Promise<unknown>;
  #isReady = (): void => undefined;

  constructor(endpoints: readonly Endpoint[], settings: PoolSettings, options: PoolOptions, signal: AbortSignal, log: Logger) {
    this.endpoints = endpoints;
    this.#settings = settings;
    this.#log = log;
    this.#retries = new Retries(endpoints, settings.retryBudget);
    this.#hedging = new Hedging(settings.hedge === 'auto' && endpoints.length > 1);
    const choice = new Choice(endpoints);
    this.#line = new Line(endpoints, choice);
    this.#attempts = new Attempts(choice, this.#hedging, this.#stop.signal, (endpoint) => this.#changed(endpoint));
    setMaxListeners(0, this.#stop.signal);
    this.ready = new Promise((resolve) => (this.#isReady = resolve));
    const { pace } = settings;
    const health = { ...options, timeout: settings.timeout, ...(pace ? { pace } : {}), changed: (endpoint: Endpoint) => this.#changed(endpoint, true) };
    this.#watching = Promise.all(endpoints.map((endpoint) => keepHealth(endpoint, health, this.#stop.signal)));
    signal.addEventListener('abort', () => void this.close(), { once: true });
    if (signal.aborted) void this.close();
  }

  get atOnce(): number {
    return Math.max(1, this.endpoints.filter((e) => e.breaker.state === 'closed').length * this.#settings.atOnce);
  }

  get problem(): LookoutError | undefined {
    return this.endpoints.some((e) => e.breaker.state === 'closed') ? undefined : this.#line.problem;
  }

  async request(call: (endpoint: EndpointInfo) => EngineCall | undefined, options: CallOptions): Promise<EngineAnswer> {
    const { deadline = Infinity, begin = Infinity, signal, idempotent = true, bytes = BYTES, affinity, kind = '', timeout = this.#settings.timeout } = options;
    // what has to wait for an engine may wait until its deadline; without one, its time counts from now
    const until = performance.now() + (deadline === Infinity ? timeout : Math.min(deadline - Date.now(), 2 * timeout));
    const ends = signal ? { signal } : {};
    // as many listen as requests are under way
    if (signal) setMaxListeners(0, signal);
    const attempt: AttemptOptions = { call, kind, bytes, until, timeout, idempotent, ...ends };
    /** cannot be asked for this */
    const unfit = new Set<Endpoint>();
    let last: Outcome | undefined;
    this.#retries.request();
    this.#hedging.request();
    for (let tries = 1; ; ) {
      const not = new Set(last?.error && this.#retries.hasOther(last.endpoint) ? [...unfit, last.endpoint] : unfit);
      // one that was begun in time may be tried again until its deadline
      const latest = last ? until : Math.min(until, performance.now() + begin - Date.now());
      const seat = { kind, until: latest, by: until, mayTry: idempotent, not, ...ends, ...(affinity === undefined ? {} : { affinity }) };
      // boxed: a promise of a promise would be waited for; where nobody can try again, the first failure is what counts
      const { outcome } = await this.#line.place(seat, (endpoint) => ({ outcome: this.#attempts.begin(endpoint, attempt) })).catch((error: unknown) => {
        throw signal?.aborted ? error : (last?.error ?? error);
      });
      const { answer, error, endpoint } = await outcome;
      if (answer) return answer;
      if (!error) unfit.add(endpoint);
      else if (await this.#retries.again(error, endpoint, attempt, tries++)) last = { endpoint, error };
      else throw error;
    }
  }

  /** of recent requests, for Prometheus */
  figures(): EngineReading {
    return {
      endpoints: this.endpoints.map((e) => ({ id: e.id, ...e.figures })), waiting: this.#line.size, retries: this.#retries.made,
      hedges: this.#hedging.figures, tokens: { ...this.#tokens },
    };
  }

  reused(tokens: number, of: number): void {
    this.#tokens.reused += tokens;
    this.#tokens.prompt += of;
  }

  async close(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort(new LookoutError('ENGINE_UNREACHABLE', 'Lookout stops.'));
    this.#line.close();
    await this.#watching;
    for (const { http } of this.endpoints) http.close();
    this.state$.next('stopped');
    this.state$.complete();
  }

  #changed(endpoint: Endpoint, looked = false): void {
    if (this.#stop.signal.aborted) return;
    if (looked) this.#looked.add(endpoint);
    this.#tell(endpoint);
    const isUp = this.endpoints.some((e) => e.breaker.state === 'closed');
    if (isUp) this.#isReady();
    const isDown = !isUp && this.#looked.size === this.endpoints.length;
    const state: State = isUp ? 'up' : isDown ? 'down' : this.state$.value;
    if (state !== this.state$.value) this.state$.next(state);
    if (this.#looked.size === this.endpoints.length) this.#line.open();
    else this.#line.next();
  }

  #tell(endpoint: Endpoint): void {
    const { state } = endpoint.breaker;
    const { fault } = endpoint;
    if (state === 'open' && fault && this.#told.get(endpoint) !== fault.code) {
      this.#told.set(endpoint, fault.code);
      this.#log.warn({ endpoint: endpoint.id, code: fault.code }, `an engine gets no requests until it is well: ${fault.message}`);
    } else if (state === 'closed' && this.#told.delete(endpoint)) {
      this.#log.info({ endpoint: endpoint.id }, 'the engine is used again');
    }
  }
}

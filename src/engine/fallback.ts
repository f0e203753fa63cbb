import { BehaviorSubject } from 'rxjs';
import { LookoutError } from '../errors.ts';
import type { ChildState } from '../health/child.ts';
import type { Logger } from '../health/log.ts';
import type { EngineReading, RunningModel } from '../infer/runningModel.ts';
import { StandIn } from './fallbackStandIn.ts';

export interface FallbackOptions {
  /** the model on this machine; may throw MODEL_… */
  startLocal(signal: AbortSignal): RunningModel;
  /** ms without an engine until it is started; default 3000 */
  readonly after?: number;
  /** ms that engines have to be back before it is stopped; default 30 000 */
  readonly keep?: number;
  /** ms between windows that the engines are shown meanwhile, to find out whether they are back; default 1000 */
  readonly every?: number;
}

/** Errors that say that the engines are not there; not that they did not like what was asked. */
const OUTAGE = new Set(['ENGINE_UNREACHABLE', 'ENGINE_UNTRUSTED', 'ENGINE_TIMEOUT', 'ENGINE_FAILED', 'ENGINE_BUSY']);

/**
 * A model that engines serve, with one on this machine for when none of them does. It is started when no engine has been in health for
 * some seconds, answers from when it is open until an engine is back, and is stopped when they have been back for a while: until then
 * it answers what they fail at.
 */
export function withFallback(engine: RunningModel, options: FallbackOptions, signal: AbortSignal, log: Logger): RunningModel {
  return new FallbackModel(engine, options, signal, log);
}

class FallbackModel implements RunningModel {
  readonly ready: Promise<void>;
  readonly state$ = new BehaviorSubject<ChildState>('starting');
  readonly #engine: RunningModel;
  readonly #standIn: StandIn;
  readonly #every: number;
  #engineState: ChildState = 'starting';
  #shownAt = -Infinity;
  #isShowing = false;

  constructor(engine: RunningModel, options: FallbackOptions, signal: AbortSignal, log: Logger) {
    const { after = 3000, keep = 30_000, every = 1000, startLocal } = options;
    this.#engine = engine;
    this.#every = every;
    this.#standIn = new StandIn({ start: startLocal, after, keep, changed: () => this.#tell() }, signal, log);
    this.ready = new Promise((resolve, reject) => {
      engine.ready.then(resolve, reject);
      this.#standIn.ready.then(resolve, () => undefined);
    });
    this.ready.catch(() => undefined);
    engine.state$.subscribe((state) => {
      this.#engineState = state;
      if (state === 'up') this.#standIn.notNeeded();
      else if (state !== 'stopped') this.#standIn.needed();
      this.#tell();
    });
  }

  get name(): string {
    return this.#inUse.name;
  }

  get context(): number {
    return this.#inUse.context;
  }

  /** Cameras' frames are sized for the engines; a model in a process of ours makes of them what it needs. */
  get videoSize(): RunningModel['videoSize'] {
    return this.#engine.videoSize;
  }

  get side(): number {
    return this.#engine.side;
  }

  get processing(): RunningModel['processing'] {
    return this.#engine.processing;
  }

  get sampling(): RunningModel['sampling'] {
    return this.#engine.sampling;
  }

  get atOnce(): number {
    return this.#inUse.atOnce;
  }

  get childPid(): number | undefined {
    return this.#standIn.model?.childPid;
  }

  get problem(): LookoutError | undefined {
    return this.#standIn.open ? undefined : this.#engine.problem;
  }

  engines(): EngineReading | undefined {
    return this.#engine.engines?.();
  }

  get device(): string | undefined {
    const { device } = this.#inUse;
    return this.#inUse === this.#engine ? device : `${device ?? 'this machine'} (no engine answers)`;
  }

  generate: RunningModel['generate'] = (request, signal) => {
    if (this.#inUse !== this.#engine) this.#show((model) => model.generate(request, signal));
    return this.#either((model) => model.generate(request, signal), signal);
  };

  scoreMany: RunningModel['scoreMany'] = (...args) => this.#either((model) => model.scoreMany(...args));

  chat: RunningModel['chat'] = (request, hooks) => this.#either((model) => model.chat(request, hooks), hooks?.signal);

  prefill: RunningModel['prefill'] = (video, stream) => this.#inUse.prefill(video, stream);

  async close(): Promise<void> {
    await Promise.all([this.#engine.close(), this.#standIn.close()]);
    this.state$.next('stopped');
    this.state$.complete();
  }

  get #inUse(): RunningModel {
    return this.#engineState === 'up' ? this.#engine : (this.#standIn.open ?? this.#engine);
  }

  async #either<T>(ask: (model: RunningModel) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const model = this.#inUse;
    if (model !== this.#engine) return this.#standIn.busy(() => ask(model));
    try {
      return await ask(model);
    } catch (error) {
      const other = this.#standIn.open;
      if (!other || signal?.aborted || !(error instanceof LookoutError) || !OUTAGE.has(error.code)) throw error;
      return this.#standIn.busy(() => ask(other));
    }
  }

  /** An engine that is there again is only trusted when it has answered a request: so it is shown one now and then, and nobody waits. */
  #show(ask: (model: RunningModel) => Promise<unknown>): void {
    const now = performance.now();
    if (this.#isShowing || now - this.#shownAt < this.#every) return;
    this.#shownAt = now;
    this.#isShowing = true;
    ask(this.#engine)
      .catch(() => undefined)
      .finally(() => (this.#isShowing = false));
  }

  #tell(): void {
    if (this.state$.value === 'stopped') return;
    const state: ChildState = this.#engineState === 'up' || this.#standIn.open ? 'up' : this.#engineState === 'starting' ? 'starting' : 'down';
    if (state !== this.state$.value) this.state$.next(state);
  }
}

import type { ChildState } from '../health/child.ts';
import type { Logger } from '../health/log.ts';
import type { RunningModel } from '../infer/runningModel.ts';

export interface StandInOptions {
  start(signal: AbortSignal): RunningModel;
  /** ms from when it is needed until it is started */
  readonly after: number;
  /** ms from when it is needed no more until it is stopped */
  readonly keep: number;
  /** it can be asked now, or not any more */
  changed(): void;
}

/** The model on this machine, there while it is needed. Its memory is that of its process, and goes with it. */
export class StandIn {
  /** it was open for the first time */
  readonly ready: Promise<void>;
  readonly #options: StandInOptions;
  readonly #signal: AbortSignal;
  readonly #log: Logger;
  #isReady = (): void => undefined;
  #model: RunningModel | undefined;
  #state: ChildState = 'stopped';
  #isNeeded = false;
  #timer: NodeJS.Timeout | undefined;
  /** requests that it works on */
  #busy = 0;
  #closing: Promise<unknown> = Promise.resolve();

  constructor(options: StandInOptions, signal: AbortSignal, log: Logger) {
    this.#options = options;
    this.#signal = signal;
    this.#log = log;
    this.ready = new Promise((resolve) => (this.#isReady = resolve));
  }

  get model(): RunningModel | undefined {
    return this.#model;
  }

  /** the model, while it can be asked */
  get open(): RunningModel | undefined {
    return this.#state === 'up' ? this.#model : undefined;
  }

  needed(): void {
    if (this.#isNeeded) return;
    this.#isNeeded = true;
    clearTimeout(this.#timer);
    if (!this.#model) this.#timer = setTimeout(() => void this.#closing.then(() => this.#start()), this.#options.after);
    else if (this.open) this.#log.warn('no engine answers: the model on this machine does');
  }

  notNeeded(): void {
    if (!this.#isNeeded) return;
    this.#isNeeded = false;
    clearTimeout(this.#timer);
    if (this.open) this.#log.info('an engine answers again; the model on this machine stays for a while');
    if (this.#model) this.#timer = setTimeout(() => this.#leave(), this.#options.keep);
  }

  /** Work for it, during which it is not stopped. */
  async busy<T>(work: () => Promise<T>): Promise<T> {
    this.#busy++;
    try {
      return await work();
    } finally {
      this.#busy--;
    }
  }

  async close(): Promise<void> {
    this.#isNeeded = false;
    clearTimeout(this.#timer);
    await this.#stop();
  }

  #start(): void {
    if (!this.#isNeeded || this.#model || this.#signal.aborted) return;
    try {
      this.#log.warn('no engine answers: the model on this machine is started');
      const model = this.#options.start(this.#signal);
      this.#model = model;
      // an error that is final is told by the state; calls hear of it as well
      model.ready.catch((error: unknown) => this.#log.error({ err: error }, 'the model on this machine cannot be opened'));
      model.state$.subscribe((state) => this.#follow(model, state));
    } catch (error) {
      this.#log.error({ err: error }, 'the model on this machine cannot be started');
    }
  }

  #follow(model: RunningModel, state: ChildState): void {
    if (model !== this.#model) return;
    this.#state = state;
    if (state === 'up') {
      if (this.#isNeeded) this.#log.warn({ model: model.name }, 'the model on this machine answers until an engine does');
      this.#isReady();
    }
    if (state === 'stopped') this.#model = undefined;
    this.#options.changed();
  }

  #leave(): void {
    if (this.#busy > 0) this.#timer = setTimeout(() => this.#leave(), this.#options.keep);
    else void this.#stop();
  }

  #stop(): Promise<unknown> {
    const model = this.#model;
    this.#model = undefined;
    this.#state = 'stopped';
    if (!model) return this.#closing;
    if (!this.#signal.aborted) this.#log.info('the model on this machine is stopped');
    this.#options.changed();
    return (this.#closing = model.close());
  }
}

import type { Observable } from 'rxjs';
import { LookoutError } from '../errors.ts';
import { superviseChild } from '../health/child.ts';
import type { ChildExit, ChildState, SupervisedChild } from '../health/child.ts';
import type { Logger } from '../health/log.ts';
import { readCheckpoint } from './checkpoint.ts';
import type { Qwen3VL } from './model.ts';
import type { ModelCall, ModelInit, ModelReply } from './modelWire.ts';
import type { GenerateRequest, GenerateResult, VideoSize } from './request.ts';
import type { Device } from './session.ts';
import { Weights } from './weights.ts';

export interface ModelProcessOptions {
  readonly dir: string;
  readonly device: Device;
  readonly threads?: number;
  readonly maxContext?: number;
  /** what the process may take besides its weights */
  readonly memoryMb: number;
}

/** The model in a child process that is restarted when it dies. */
export interface ModelProcess extends Pick<Qwen3VL, 'name' | 'context' | 'videoSize' | 'generate' | 'score' | 'scoreMany' | 'close'> {
  /** resolves when the model has opened for the first time; rejects with its error where it cannot be */
  readonly ready: Promise<void>;
  readonly state$: Observable<ChildState>;
  readonly childPid: number | undefined;
}

/** Calls that wait for the model, the one in work included; further ones are refused. */
const MAX_CALLS = 256;
/** A large model blocks its process for many seconds at a time, ms. */
const HEARTBEAT = 15_000;
/** The runtime packs weights anew for its kernels and may hold both forms for a while. */
const WEIGHT_COPIES = 2;

/**
 * Starts the model's process. Its small files and the weights' headers are read here, at once, and their errors thrown:
 * MODEL_NOT_FOUND, MODEL_CONFIG_INVALID, MODEL_WEIGHTS_MISSING, MODEL_WEIGHTS_CORRUPT. A call that is in work when the child dies is rejected with MODEL_RUNTIME;
 * those that wait behind it are taken up by the next child.
 */
export function startModelProcess(options: ModelProcessOptions, signal: AbortSignal, log: Logger): ModelProcess {
  const { dir, memoryMb, ...rest } = options;
  const { name, config, processing } = readCheckpoint(dir);
  const init: ModelInit = { dir, options: rest };
  const entry = new URL('./child.ts', import.meta.url);
  const limit = memoryMb + weightsMb(dir) * WEIGHT_COPIES;
  const child = superviseChild({ name: 'model', entry, memoryMb: limit, heartbeatMs: HEARTBEAT, init, retryFirst: false }, signal, log);
  const calls = new CallQueue(child);
  const videoSize: VideoSize = { minPixels: processing.minPixels, maxPixels: processing.maxPixels };
  return {
    name,
    context: Math.min(options.maxContext ?? Infinity, config.text.maxPositions),
    videoSize,
    ready: calls.ready,
    state$: child.state$,
    get childPid() {
      return child.pid;
    },
    generate: (request: GenerateRequest) => calls.add('generate', [request]) as Promise<GenerateResult>,
    score: (...args) => calls.add('score', args) as Promise<number>,
    scoreMany: (...args) => calls.add('scoreMany', args) as Promise<number[]>,
    close: () => child.stop(),
  };
}

/** Of the weights as float32, MB. */
function weightsMb(dir: string): number {
  const weights = new Weights(dir);
  weights.close();
  return Math.ceil((weights.elements * 4) / 2 ** 20);
}

interface WaitingCall {
  readonly call: ModelCall;
  resolve(value: unknown): void;
  reject(error: LookoutError): void;
}

/** Sends calls one at a time, in order. */
class CallQueue {
  readonly ready: Promise<void>;
  readonly #child: SupervisedChild;
  readonly #waiting: WaitingCall[] = [];
  #inWork: WaitingCall | undefined;
  #nextId = 1;
  #state: ChildState = 'starting';
  #lastExit: Pick<ChildExit, 'code' | 'detail'> = { code: 'MODEL_RUNTIME', detail: 'The model process has stopped.' };

  constructor(child: SupervisedChild) {
    this.#child = child;
    child.exits$.subscribe((exit) => {
      this.#lastExit = { detail: exit.detail, code: exit.code === 'CHILD_EXITED' ? 'MODEL_RUNTIME' : exit.code };
    });
    child.messages$.subscribe((message) => this.#settle(message as ModelReply));
    this.ready = new Promise((resolve, reject) => {
      child.state$.subscribe((state) => {
        this.#change(state);
        if (state === 'up') resolve();
        if (state === 'stopped') reject(this.#stopped());
      });
    });
    // whoever does not wait for it hears of it through the calls
    this.ready.catch(() => undefined);
  }

  add(method: ModelCall['method'], args: readonly unknown[]): Promise<unknown> {
    if (this.#state === 'stopped') return Promise.reject(this.#stopped());
    if (this.#waiting.length >= MAX_CALLS) return Promise.reject(new LookoutError('MODEL_RUNTIME', `${MAX_CALLS} calls wait for the model already.`));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call: { id: this.#nextId++, method, args }, resolve, reject });
      this.#sendNext();
    });
  }

  #sendNext(): void {
    if (this.#inWork || this.#state !== 'up') return;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#inWork = next;
    if (this.#child.send(next.call)) return;
    this.#inWork = undefined;
    next.reject(new LookoutError('MODEL_RUNTIME', 'The model process takes no messages.'));
  }

  #settle(reply: ModelReply): void {
    const work = this.#inWork;
    if (work?.call.id !== reply.id) return;
    this.#inWork = undefined;
    if ('error' in reply) work.reject(new LookoutError(reply.error.code, reply.error.detail));
    else work.resolve(reply.value);
    this.#sendNext();
  }

  #change(state: ChildState): void {
    this.#state = state;
    if (state === 'down' || state === 'stopped') {
      this.#inWork?.reject(new LookoutError('MODEL_RUNTIME', 'The model process ended during the call.'));
      this.#inWork = undefined;
    }
    if (state === 'stopped') for (const { reject } of this.#waiting.splice(0)) reject(this.#stopped());
    this.#sendNext();
  }

  #stopped(): LookoutError {
    return new LookoutError(this.#lastExit.code, this.#lastExit.detail);
  }
}

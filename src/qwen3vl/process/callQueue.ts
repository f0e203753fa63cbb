import { LookoutError } from '../../errors.ts';
import type { ChildExit, ChildState, SupervisedChild } from '../../health/child.ts';
import { FrameSender } from './frameWire.ts';
import type { ModelCall, ModelReply } from './modelWire.ts';

/** Calls that wait for the model, the one in work included; further ones are refused. */
const MAX_CALLS = 256;

/** Makes a call ready to be sent; done at the last moment, since it depends on which frames the child already has. */
export type Packing = (id: number, frames: FrameSender) => ModelCall;

interface WaitingCall {
  readonly id: number;
  readonly pack: Packing;
  resolve(value: unknown): void;
  reject(error: LookoutError): void;
}

/** Sends calls to the model's process one at a time, in order. */
export class CallQueue {
  readonly ready: Promise<void>;
  readonly #child: SupervisedChild;
  readonly #frames = new FrameSender();
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
    child.messages$.subscribe((message) => {
      if (!('opened' in (message as object)) && !('told' in (message as object))) this.#settle(message as ModelReply);
    });
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

  add(pack: Packing): Promise<unknown> {
    if (this.#state === 'stopped') return Promise.reject(this.#stopped());
    if (this.#waiting.length >= MAX_CALLS) return Promise.reject(new LookoutError('MODEL_RUNTIME', `${MAX_CALLS} calls wait for the model already.`));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id: this.#nextId++, pack, resolve, reject });
      this.#sendNext();
    });
  }

  #sendNext(): void {
    if (this.#inWork || this.#state !== 'up') return;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#inWork = next;
    if (this.#child.send(next.pack(next.id, this.#frames))) return;
    this.#frames.reset();
    this.#inWork = undefined;
    next.reject(new LookoutError('MODEL_RUNTIME', 'The model process takes no messages.'));
  }

  #settle(reply: ModelReply): void {
    const work = this.#inWork;
    if (work?.id !== reply.id) return;
    this.#inWork = undefined;
    if ('error' in reply) {
      // the frames may have been at fault: they go in full again
      this.#frames.reset();
      work.reject(new LookoutError(reply.error.code, reply.error.detail));
    } else {
      work.resolve(reply.value);
    }
    this.#sendNext();
  }

  #change(state: ChildState): void {
    this.#state = state;
    if (state === 'down' || state === 'stopped') {
      this.#frames.reset();
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

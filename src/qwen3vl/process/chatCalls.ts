import { LookoutError } from '../../errors.ts';
import type { ChildState, SupervisedChild } from '../../health/child.ts';
import type { ChatHooks, ChatRequest, ChatResult } from '../conversation.ts';
import type { ModelCall, ModelReply, ModelTold } from './modelWire.ts';

/** Conversations that wait for the process, the one in work included; further ones are refused. */
const MOST = 16;

interface WaitingChat {
  readonly id: number;
  readonly request: ChatRequest;
  readonly hooks: ChatHooks;
  settle(outcome: { readonly value: ChatResult } | { readonly error: unknown }): void;
}

/** Sends conversations to the model's process one at a time, beside the calls of `CallQueue`: the process serves those in between. */
export class ChatCalls {
  readonly #child: SupervisedChild;
  readonly #waiting: WaitingChat[] = [];
  #inWork: WaitingChat | undefined;
  /** below 0, so that they are told from other calls */
  #nextId = -1;
  #state: ChildState = 'starting';

  constructor(child: SupervisedChild) {
    this.#child = child;
    child.messages$.subscribe((message) => {
      const { id } = message as Partial<ModelReply>;
      if (id !== undefined && id === this.#inWork?.id) this.#hear(message as ModelReply | ModelTold, this.#inWork);
    });
    child.state$.subscribe((state) => this.#change(state));
  }

  /** The signal's reason where it aborts. */
  add(request: ChatRequest, hooks: ChatHooks): Promise<ChatResult> {
    if (this.#state === 'stopped') return Promise.reject(new LookoutError('MODEL_RUNTIME', 'The model process has stopped.'));
    if (hooks.signal?.aborted) return Promise.reject(hooks.signal.reason as Error);
    if (this.#waiting.length >= MOST) return Promise.reject(new LookoutError('MODEL_BUSY', `${MOST} conversations wait for the model already.`));
    return new Promise((resolve, reject) => {
      const settle: WaitingChat['settle'] = (outcome) => {
        hooks.signal?.removeEventListener('abort', abort);
        if ('value' in outcome) resolve(outcome.value);
        else reject(outcome.error as Error);
      };
      const chat: WaitingChat = { id: this.#nextId--, request, hooks, settle };
      const abort = (): void => this.#abandon(chat);
      hooks.signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.push(chat);
      this.#sendNext();
    });
  }

  #sendNext(): void {
    if (this.#inWork || this.#state !== 'up') return;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#inWork = next;
    if (this.#child.send({ id: next.id, method: 'chat', request: next.request } satisfies ModelCall)) return;
    this.#end(next, { error: new LookoutError('MODEL_RUNTIME', 'The model process takes no messages.') });
  }

  #hear(message: ModelReply | ModelTold, chat: WaitingChat): void {
    if ('told' in message) {
      if (!chat.hooks.signal?.aborted) chat.hooks.told?.(message.told);
    } else if ('error' in message) this.#end(chat, { error: new LookoutError(message.error.code, message.error.detail) });
    else this.#end(chat, { value: message.value as ChatResult });
  }

  /** Whoever asked hears of it at once; the process is only free when it says so. */
  #abandon(chat: WaitingChat): void {
    const at = this.#waiting.indexOf(chat);
    if (at >= 0) this.#waiting.splice(at, 1);
    else this.#child.send({ id: chat.id, method: 'abandon' } satisfies ModelCall);
    chat.settle({ error: chat.hooks.signal?.reason });
  }

  #end(chat: WaitingChat, outcome: Parameters<WaitingChat['settle']>[0]): void {
    this.#inWork = undefined;
    chat.settle(outcome);
    this.#sendNext();
  }

  #change(state: ChildState): void {
    this.#state = state;
    if ((state === 'down' || state === 'stopped') && this.#inWork) {
      this.#end(this.#inWork, { error: new LookoutError('MODEL_RUNTIME', 'The model process ended during the conversation.') });
    }
    if (state === 'stopped') for (const { settle } of this.#waiting.splice(0)) settle({ error: new LookoutError('MODEL_RUNTIME', 'The model process has stopped.') });
    this.#sendNext();
  }
}

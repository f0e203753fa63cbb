import type { Backend } from '../infer/backend.ts';
import type { Answer, Window } from '../values.ts';

/** A back end that counts what it is shown. */
export class TokenCount implements Pick<Backend, 'events' | 'lookAgain' | 'score'> {
  readonly #backend: Backend;
  count = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async events(window: Window, lookFor: readonly string[], signal?: AbortSignal): Promise<Answer> {
    return this.#add(await this.#backend.events(window, lookFor, signal));
  }

  async lookAgain(window: Window, lookFor: readonly string[], signal?: AbortSignal): Promise<Answer> {
    return this.#add(await (this.#backend.lookAgain?.(window, lookFor, signal) ?? this.#backend.events(window, lookFor, signal)));
  }

  score(event: string, rule: string): Promise<number> {
    return this.#backend.score(event, rule);
  }

  #add(answer: Answer): Answer {
    this.count += answer.visualTokens;
    return answer;
  }
}

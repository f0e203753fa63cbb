import type { Answer, Window } from '../values.ts';

/** A model that looks at windows. Failures are LookoutErrors: MODEL_RUNTIME, MODEL_CONTEXT_EXCEEDED. */
export interface Backend {
  readonly name: string;
  /** Lists a window's events. `lookFor` are the sentences of the rules that watch this camera. */
  events(window: Window, lookFor: readonly string[], signal?: AbortSignal): Promise<Answer>;
  /**
   * Lists the events of a window that no other follows: the same answer, and what is kept of the cameras' rolling windows stays.
   * Where a back end lacks it, `events` does.
   */
  lookAgain?(window: Window, lookFor: readonly string[], signal?: AbortSignal): Promise<Answer>;
  /**
   * Takes in the frames that a window has so far (features, KV), so that less is left to do when it closes; says nothing of it
   * and changes no answer. Short against `events`. The same `lookFor` as for the answer.
   */
  prepare?(window: Window, lookFor: readonly string[], signal?: AbortSignal): Promise<void>;
  /** How sure the model is, 0..1, that the event satisfies the rule. Both are plain sentences. */
  score(event: string, rule: string): Promise<number>;
  /** Answers a question about a part of a window; `start` and `end` in seconds after its first frame. */
  ask(window: Window, question: string, start: number, end: number): Promise<string>;
}

import type { Answer, Window } from '../values.ts';
import type { Backend } from './backend.ts';
import type { SpareLine } from './spareLine.ts';

export interface LookerOptions {
  readonly backend: Pick<Backend, 'events' | 'lookAgain'>;
  /** the sentences of the rules that watch a camera, as in the windows' prompts */
  lookFor?(camera: string): readonly string[];
  /** where looks wait until the model has nothing else to do; without it they are asked at once */
  readonly line?: SpareLine;
  readonly signal?: AbortSignal;
  /** what a look showed, as it comes: for those who count */
  onLook?(answer: Answer): void;
  /** a look failed; it counts as none */
  onFailed?(error: unknown, camera: string): void;
}

/**
 * Answers to windows that are shown a second time; `urgent` where somebody waits, `deadline` (wall clock, ms) when nobody does any
 * more. Undefined where there are no windows, the model has no time for all of them, or fails.
 */
export type Looker = (windows: readonly Window[], urgent: boolean, deadline: number) => Promise<readonly Answer[] | undefined>;

export function createLooker({ backend, line, signal, ...opts }: LookerOptions): Looker {
  const ask = async (window: Window): Promise<Answer | undefined> => {
    const lookFor = opts.lookFor?.(window.camera) ?? [];
    try {
      const answer = await (backend.lookAgain ? backend.lookAgain(window, lookFor, signal) : backend.events(window, lookFor, signal));
      opts.onLook?.(answer);
      return answer;
    } catch (error) {
      if (!signal?.aborted) opts.onFailed?.(error, window.camera);
      return undefined;
    }
  };
  /** The answer to a window when it is its turn: each by itself, since a camera's next window may come meanwhile. */
  const turn = (window: Window, urgent: boolean, deadline: number): Promise<Answer | undefined> => {
    if (!line) return ask(window);
    return new Promise((resolve) => {
      line.add({ camera: window.camera, urgent, deadline, run: () => ask(window).then(resolve), skip: () => resolve(undefined) });
    });
  };
  return async (windows, urgent, deadline) => {
    const answers = (await Promise.all(windows.map((w) => turn(w, urgent, deadline)))).flatMap((a) => a ?? []);
    return answers.length === 0 || answers.length < windows.length ? undefined : answers;
  };
}

import { Observable } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import type { Answer, Window } from '../values.ts';
import { ModelTurns } from './turns.ts';
import type { TurnOptions } from './turns.ts';

export interface InferOptions extends TurnOptions {
  /** windows that are not closed yet, with the frames they have so far: what the model may take in while it has nothing else to do */
  growing$?: Observable<Window>;
}

/**
 * Windows of many cameras through one model. Under load a camera is looked at less often, and nothing falls behind: of each
 * camera only the newest window waits, no longer than `maxAge`, even while the model hangs; activity goes before heartbeats, and
 * neither cameras nor heartbeats are starved (see WaitingLine). A window that need not wait is never too old. A failing window
 * is dropped and the stream goes on: every window is answered or dropped, once.
 *
 * While no window waits, a free model takes in growing windows (`Backend.prepare`), the newest of each camera, by the same
 * turns. What a closed window has passed is forgotten; a window that comes meanwhile waits, since preparing is short.
 */
export function inferWindows(options: InferOptions): OperatorFunction<Window, Answer> {
  return (source) =>
    new Observable((subscriber) => {
      const turns = new ModelTurns(options, subscriber);
      subscriber.add(() => turns.stop());
      subscriber.add(
        source.subscribe({
          next: (window) => turns.add(window),
          error: (error) => subscriber.error(error),
          complete: () => turns.close(),
        }),
      );
      subscriber.add(
        options.growing$?.subscribe({
          next: (window) => turns.grow(window),
          error: (error: unknown) => options.onPrepareFailed?.(error),
        }),
      );
    });
}

import { Observable } from 'rxjs';
import type { OperatorFunction, Subscriber } from 'rxjs';
import type { Answer, CoverageReason, Window } from '../values.ts';
import type { Backend } from './backend.ts';

export interface InferOptions {
  /** asked for each window anew, so that the model may be exchanged while running */
  backend(): Backend;
  /** the sentences of the rules that watch a camera */
  lookFor(camera: string): readonly string[];
  /** wall clock, ms */
  now(): number;
  /** A window that no answer will come of: overtaken by a newer one (`overloaded`), or the model failed (`model`). */
  onDropped(window: Window, reason: CoverageReason, error?: unknown): void;
  /** windows in the model at a time, 1 where not given; of one camera never more than one, so that answers keep their order */
  concurrency?: number;
}

/**
 * Windows of many cameras through one model. Of each camera only the newest window waits, so that under load a camera is
 * looked at less often and nothing falls behind; cameras take turns. A failing window is dropped and the stream goes on.
 */
export function inferWindows(options: InferOptions): OperatorFunction<Window, Answer> {
  return (source) =>
    new Observable((subscriber) => {
      const abort = new AbortController();
      const queue = new TurnQueue(options, abort.signal, subscriber);
      subscriber.add(
        source.subscribe({
          next: (window) => queue.add(window),
          error: (error) => subscriber.error(error),
          complete: () => queue.close(),
        }),
      );
      subscriber.add(() => abort.abort());
    });
}

/** The windows that wait, one per camera, in the order in which the cameras began to wait. */
class TurnQueue {
  readonly #options: InferOptions;
  readonly #signal: AbortSignal;
  readonly #answers: Subscriber<Answer>;
  readonly #waiting = new Map<string, Window>();
  /** cameras with a window in the model */
  readonly #running = new Set<string>();
  #closed = false;

  constructor(options: InferOptions, signal: AbortSignal, answers: Subscriber<Answer>) {
    this.#options = options;
    this.#signal = signal;
    this.#answers = answers;
  }

  add(window: Window): void {
    const overtaken = this.#waiting.get(window.camera);
    // a key that is set again keeps its place: newer pictures do not cost a camera its turn
    this.#waiting.set(window.camera, window);
    if (overtaken) this.#options.onDropped(overtaken, 'overloaded');
    this.#fill();
  }

  /** No more windows come; those that wait are still answered. */
  close(): void {
    this.#closed = true;
    this.#fill();
  }

  #fill(): void {
    for (const [camera, window] of this.#waiting) {
      if (this.#running.size >= (this.#options.concurrency ?? 1)) return;
      if (this.#running.has(camera)) continue;
      this.#waiting.delete(camera);
      this.#running.add(camera);
      void this.#run(window);
    }
    if (this.#closed && this.#running.size === 0) this.#answers.complete();
  }

  async #run(window: Window): Promise<void> {
    const { backend, lookFor, now, onDropped } = this.#options;
    const began = now();
    try {
      const answer = await backend().events(window, lookFor(window.camera), this.#signal);
      const latency = { ...answer.latency, queue: Math.max(0, began - window.cutAt), infer: now() - began };
      this.#answers.next({ ...answer, latency });
    } catch (error) {
      // whoever let go of the stream does not want to hear of the windows that were under way
      if (!this.#signal.aborted) onDropped(window, 'model', error);
    }
    this.#running.delete(window.camera);
    if (!this.#signal.aborted) this.#fill();
  }
}

import type mpegts from 'mpegts.js';
import { address } from '../api/client.ts';
import { Problem, problemOf } from '../api/problem.ts';
import { t } from '../i18n/language.ts';

type Library = typeof mpegts;
type Loader = InstanceType<Library['BaseLoader']>;

/** How the stream ended: why it could not be had, or nothing where it simply did. */
export type Ended = (problem: Problem | undefined) => void;

/**
 * What brings a camera's stream to the player: unlike the library's own it tells Lookout's reason where there is no stream, and lets go of the
 * connection at once, also of a silent one.
 */
export function liveLoader(library: Library, camera: string, came: (bytes: number) => void, ended: Ended): new () => Loader {
  return class extends library.BaseLoader {
    readonly #stop = new AbortController();

    constructor() {
      super('lookout-live');
    }

    override open(): void {
      this.#is(library.LoaderStatus.kConnecting);
      this.#read().then(
        () => this.#over(library.LoaderStatus.kComplete, undefined),
        (error: unknown) => this.#over(library.LoaderStatus.kError, error instanceof Problem ? error : unreachable()),
      );
    }

    override abort(): void {
      this.#is(library.LoaderStatus.kComplete);
      this.#stop.abort();
    }

    override destroy(): void {
      this.abort();
      super.destroy();
    }

    /** Where the library looks for it. */
    #is(status: number): void {
      Object.assign(this, { _status: status });
    }

    #over(status: number, problem: Problem | undefined): void {
      if (this.#stop.signal.aborted) return;
      this.#is(status);
      ended(problem);
    }

    async #read(): Promise<void> {
      const { signal } = this.#stop;
      const response = await fetch(address(`/v1/cameras/${encodeURIComponent(camera)}/live`), { signal, cache: 'no-store', credentials: 'same-origin' });
      if (!response.ok) throw problemOf(response.status, await response.json().catch(() => undefined)) ?? unreachable();
      const reader = response.body?.getReader();
      let received = 0;
      this.#is(library.LoaderStatus.kBuffering);
      for (;;) {
        const part = await reader?.read();
        if (!part || part.done || signal.aborted) return;
        // the library wants a buffer of its own
        const chunk = part.value.slice().buffer;
        const start = received;
        received += chunk.byteLength;
        came(chunk.byteLength);
        this.onDataArrival(chunk, start, received);
      }
    }
  };
}

function unreachable(): Problem {
  return new Problem(0, 'UNREACHABLE', t().shell.problem.unreachable, t().shell.problem.unreachableRemedy);
}

import type { Event, Watched } from '../values.ts';
import { SEAM } from './watching.ts';

/** An answer that is to be had: the score of an event under a sentence, or a second look at it. */
export interface Wanted {
  readonly kind: 'score' | 'look';
  readonly event: Event;
  readonly ask: string;
}

/** Something that a rule was told, with the answers that it takes to judge it. */
export interface Job {
  value: Event | Watched;
  /** wall clock, ms */
  readonly began: number;
  /** by keyOf; null: could not be had */
  readonly answers: Map<string, number | null>;
  readonly pending: Set<string>;
}

/** Jobs that wait behind one whose answers are not there; beyond that the oldest goes. */
const MOST_JOBS = 2048;

/** What one rule has been told of one camera and has not judged yet, in order. The first may be under way. */
export class Jobs {
  readonly #jobs: Job[] = [];
  readonly #now: () => number;
  readonly #onDropped: (event: Event) => void;

  constructor(now: () => number, onDropped: (event: Event) => void) {
    this.#now = now;
    this.#onDropped = onDropped;
  }

  get first(): Job | undefined {
    return this.#jobs[0];
  }

  done(): void {
    this.#jobs.shift();
  }

  clear(): void {
    this.#jobs.length = 0;
  }

  /** A newer version takes the place of one that still waits: nobody needs the old words. */
  event(event: Event): Job {
    const waiting = this.#jobs.find(({ value }) => 'phase' in value && value.id === event.id);
    if (waiting) waiting.value = event;
    return waiting ?? this.#add(event);
  }

  /** Stretches of watching that touch are one. */
  watched(watched: Watched): void {
    const last = this.#jobs.at(-1);
    const before = last && this.#jobs.length > 1 && !('phase' in last.value) ? last.value : undefined;
    if (!last || !before || watched.from > before.to + SEAM || watched.from < before.from) this.#add(watched);
    else last.value = { ...before, to: Math.max(before.to, watched.to) };
  }

  #add(value: Event | Watched): Job {
    const job: Job = { value, began: this.#now(), answers: new Map(), pending: new Set() };
    this.#jobs.push(job);
    if (this.#jobs.length > MOST_JOBS) {
      const [oldest] = this.#jobs.splice(1, 1);
      if (oldest && 'phase' in oldest.value) this.#onDropped(oldest.value);
    }
    return job;
  }
}

export function keyOf({ kind, event, ask }: Wanted): string {
  return JSON.stringify(kind === 'look' ? [kind, event.id, event.text, ask] : [kind, event.text, ask]);
}

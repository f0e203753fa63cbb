import type { Event } from '../values.ts';

/** Events of one wording that scored a little below the threshold. */
export interface NearMiss {
  readonly text: string;
  readonly clause: string;
  readonly score: number;
  /** by which it was missed */
  readonly short: number;
  readonly events: number;
  /** the last of them: id, camera, and when it began (wall clock, ms) */
  readonly last: { readonly id: string; readonly camera: string; readonly start: number };
}

/** Gathers near misses; bounded by the number of different wordings. */
export class NearMisses {
  readonly #threshold: number;
  readonly #margin: number;
  readonly #misses = new Map<string, NearMiss>();
  events = 0;

  constructor(threshold: number, margin: number) {
    this.#threshold = threshold;
    this.#margin = margin;
  }

  note(event: Event, clause: string, score: number): void {
    const short = this.#threshold - score;
    if (short <= 0 || short > this.#margin) return;
    this.events++;
    const key = JSON.stringify([event.text, clause]);
    const before = this.#misses.get(key);
    const last = { id: event.id, camera: event.camera, start: event.start };
    this.#misses.set(key, { text: event.text, clause, score, short, events: (before?.events ?? 0) + 1, last });
  }

  /** The nearest first. */
  nearest(most: number): NearMiss[] {
    return [...this.#misses.values()].sort((a, b) => a.short - b.short || b.events - a.events).slice(0, most);
  }
}

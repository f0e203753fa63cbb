import type { Publisher } from '../alerts/publisher.ts';
import type { Coverage } from '../record.ts';
import type { Answer, Window } from '../values.ts';

type Why = Pick<Coverage, 'reason' | 'detail'>;

/** Windows overlap, and under load some are left out on purpose: a camera of which nothing was answered for so long is not watched, ms. */
const UNSEEN = 10_000;

/**
 * Tells whether each camera is watched now: not while it is away or switched off, and not while nobody looks at its windows. Only
 * changes are told.
 */
export class WatchNews {
  readonly #publisher: Pick<Publisher, 'publishWatched'>;
  readonly #told = new Map<string, string>();
  /** online cameras: up to when they were seen, ms */
  readonly #seen = new Map<string, number>();

  constructor(publisher: Pick<Publisher, 'publishWatched'>) {
    this.#publisher = publisher;
  }

  /** It sends since then, ms. */
  online(camera: string, since: number): void {
    if (!this.#seen.has(camera)) this.#seen.set(camera, since);
    this.#tell(camera, undefined, since);
  }

  away(camera: string, why: Why, since: number): void {
    this.#seen.delete(camera);
    this.#tell(camera, why, since);
  }

  answered({ camera, from, to }: Pick<Answer, 'camera' | 'from' | 'to'>): void {
    if (!this.#seen.has(camera)) return;
    this.#seen.set(camera, to);
    this.#tell(camera, undefined, from);
  }

  dropped({ camera, frames }: Window, why: Why): void {
    const seen = this.#seen.get(camera);
    const last = frames.at(-1)?.at;
    if (seen !== undefined && last !== undefined && last - seen > UNSEEN) this.#tell(camera, why, seen);
  }

  gone(camera: string): void {
    this.#told.delete(camera);
    this.#seen.delete(camera);
  }

  #tell(camera: string, why: Why | undefined, since: number): void {
    const now = why ? `${why.reason} ${why.detail}` : '';
    if (this.#told.get(camera) === now) return;
    this.#told.set(camera, now);
    this.#publisher.publishWatched(camera, why, since);
  }
}

import type { Coverage } from '../record.ts';
import type { Answer, Watched, Window } from '../values.ts';

/**
 * What was seen last is told this much later, ms: a window needs some frames before it is cut, and the events of its last frames are
 * often told by the next one only.
 */
const LAG = 3000;
/** Packets farther apart than this on the camera's clock are no stretch that was watched, ms. */
const JUMP = 60_000;
/** Hard ceilings per camera: the oldest goes. */
const MOST_WAITING = 64;
const MOST_GAPS = 64;

interface Progress {
  /** what is told already reaches to here */
  told: number;
  /** last frame that an answer has shown */
  shown: number;
  /** newest packet */
  newest: number;
  /** windows whose answer is not there, or that were dropped and nothing has passed yet: first and last frame */
  waiting: { readonly id: string; readonly from: number; readonly to: number }[];
  gaps: { readonly start: number; readonly end: number }[];
}

/**
 * How far each camera has been watched and all of it told, so that rules can tell "has not happened" from "nobody looked". A camera's
 * time goes on with its packets, also while it sleeps; it waits for windows that the model has not answered, and leaves out gaps.
 */
export class WatchedTime {
  readonly #cameras = new Map<string, Progress>();
  readonly #emit: (watched: Watched) => void;

  constructor(emit: (watched: Watched) => void) {
    this.#emit = emit;
  }

  /** The camera's newest packet is of this wall-clock time, ms. */
  newest(camera: string, until: number): void {
    const known = this.#cameras.get(camera);
    if (!known || until < known.newest - LAG || until > known.newest + JUMP) {
      this.#cameras.set(camera, { told: until, shown: until, newest: until, waiting: [], gaps: [] });
      return;
    }
    known.newest = Math.max(known.newest, until);
    this.#advance(camera, known);
  }

  /** A window of the camera goes to the model. */
  cut(window: Window): void {
    const progress = this.#cameras.get(window.camera);
    const [first, last] = [window.frames[0], window.frames.at(-1)];
    if (!progress || !first || !last) return;
    progress.waiting.push({ id: window.id, from: first.at, to: last.at });
    if (progress.waiting.length > MOST_WAITING) progress.waiting.shift();
  }

  /** The model has answered it; what was dropped before it is by now shown, or a gap that was told. */
  answered(answer: Pick<Answer, 'camera' | 'windowId' | 'from' | 'to'>): void {
    const progress = this.#cameras.get(answer.camera);
    if (!progress) return;
    progress.shown = Math.max(progress.shown, answer.to);
    progress.waiting = progress.waiting.filter((w) => w.id !== answer.windowId && w.to > answer.to);
    this.#advance(answer.camera, progress);
  }

  /** Nobody looked then. */
  gap({ camera, start, end }: Coverage): void {
    const progress = this.#cameras.get(camera);
    if (!progress || end === null) return;
    progress.gaps.push({ start, end });
    if (progress.gaps.length > MOST_GAPS) progress.gaps.shift();
  }

  /** The camera is not there: when it comes back, watching begins anew. */
  offline(camera: string): void {
    this.#cameras.delete(camera);
  }

  #advance(camera: string, progress: Progress): void {
    // windows overlap: what an unanswered one begins with has mostly been shown before
    const unanswered = progress.waiting.length > 0 ? Math.max(progress.shown, Math.min(...progress.waiting.map((w) => w.from))) : Number.POSITIVE_INFINITY;
    const to = Math.min(progress.newest - LAG, unanswered);
    if (to <= progress.told) return;
    let from = progress.told;
    for (const gap of progress.gaps.toSorted((a, b) => a.start - b.start)) {
      if (gap.start > from && gap.start < to) this.#emit({ camera, from, to: gap.start });
      from = Math.max(from, Math.min(to, gap.end));
    }
    if (from < to) this.#emit({ camera, from, to });
    progress.told = to;
    progress.gaps = progress.gaps.filter((gap) => gap.end > to);
  }
}

import type { Thumbnail } from '../values.ts';
import type { Candidate, ChangeKind, SampleOptions } from './candidate.ts';
import { createJudge } from './judge.ts';
import type { Judge, Seen } from './judge.ts';
import { createLookBack } from './lookBack.ts';
import type { LookBack } from './lookBack.ts';
import { createPace } from './pace.ts';
import type { Pace } from './pace.ts';

export type { Candidate, ChangeKind, SampleOptions } from './candidate.ts';

/** Quiet for so long ends the activity, ms: longer than people pause within one movement. */
const QUIET = 800;
/** The first frame after activity comes early, ms: it tells the windows that the activity is over. */
const SETTLE = 1000;
/** A clock that goes back by less than this, ms, is jitter: the frame is left out. By more: the clock was set, start anew. */
const CLOCK_STEP = 1000;

/**
 * Chooses the moments of ONE camera that are worth looking at: `frameRate` a second while the scene changes and for 0.8 s
 * afterwards, one per `idleInterval` otherwise. On waking up the `lookBack` candidates before it come first, so that the start
 * of what woke it is not lost. Candidates come out in the order of `at`, never twice. It need not be shown every picture: of
 * a camera that is asleep a keyframe now and then, and on waking those since the last one shown, in order.
 */
export class Sampler<T extends Candidate> {
  readonly #opts: SampleOptions;
  readonly #dropped: (candidate: T) => void;
  readonly #lookBack: LookBack<T>;
  readonly #judge: Judge;
  #pace: Pace;
  #kept: { readonly at: number; readonly thumbnail: Thumbnail | undefined } | undefined;
  #lastAt = -Infinity;
  #movedAt = -Infinity;
  #idleDue = Infinity;
  #seen: Seen = { score: 0, kind: 'none', moves: false, suspect: false };

  /** `dropped` is called once for every candidate that `take` neither returned nor will return. */
  constructor(opts: SampleOptions, dropped: (candidate: T) => void = () => undefined) {
    this.#opts = opts;
    this.#dropped = dropped;
    this.#judge = createJudge(opts);
    this.#pace = createPace(opts.frameRate);
    this.#lookBack = createLookBack(Math.max(1, Math.floor(opts.lookBack)), 1000 / opts.frameRate, dropped);
  }

  /** The candidates to keep now, oldest first; the newest is `candidate` itself or is not among them. */
  take(candidate: T): T[] {
    const { at } = candidate;
    if (at <= this.#lastAt) {
      if (this.#lastAt - at < CLOCK_STEP) return this.#drop(candidate);
      this.clear();
    }
    const awake = this.#awakeAt(at);
    this.#lastAt = at;
    if (!this.#opts.adaptive) return this.#pace.due(at) ? [this.#keep(candidate, undefined, 0)] : this.#drop(candidate);
    const { thumbnail } = candidate;
    const idle = this.#opts.idleInterval * 1000;
    const first = this.#kept === undefined;
    this.#seen = this.#judge.look(at, this.#kept?.thumbnail, thumbnail, awake);
    if (first) return [this.#keep(candidate, thumbnail, idle)];

    const { moves, suspect } = this.#seen;
    if (moves) this.#movedAt = at;
    if (moves && !awake) return this.#wake(candidate);
    if (awake) return this.#pace.due(at) ? [this.#keep(candidate, thumbnail, Math.min(SETTLE, idle))] : this.#drop(candidate);
    // 5 % early is on time: cameras' frame times jitter
    if (at >= this.#idleDue - 0.05 * idle && !suspect) {
      this.#lookBack.clear();
      return [this.#keep(candidate, thumbnail, idle)];
    }
    this.#lookBack.push(candidate);
    return [];
  }

  /** Does this picture show a change, be it small, against the last one kept? It is not taken, and nothing is remembered of it. */
  peek(candidate: Candidate): boolean {
    const reference = this.#kept?.thumbnail;
    return this.#opts.adaptive && reference !== undefined && this.#judge.shows(reference, candidate.thumbnail);
  }

  /** Something moved within the last 0.8 s before the last candidate, or it did so itself; always so when not adaptive. */
  get awake(): boolean {
    return !this.#opts.adaptive || this.#awakeAt(this.#lastAt);
  }

  /** Ms until `at` in which nothing moved; Infinity where nothing ever did, 0 when not adaptive. */
  quietFor(at: number): number {
    return this.#opts.adaptive ? Math.max(0, at - this.#movedAt) : 0;
  }

  /** Of the last candidate: the share of the picture that changed since the last one kept (1 for a lamp that is switched), and how. */
  get seen(): { readonly score: number; readonly kind: ChangeKind } {
    return { score: this.#seen.score, kind: this.#seen.kind };
  }

  /** Lets go of what is held in case of a wake-up; for a camera that falls asleep, and shows it again on waking. */
  rest(): void {
    this.#lookBack.clear();
  }

  /** Lets go of all that is held and forgets what came before. */
  clear(): void {
    this.#kept = undefined;
    this.#lastAt = -Infinity;
    this.#movedAt = -Infinity;
    this.#idleDue = Infinity;
    this.#seen = { score: 0, kind: 'none', moves: false, suspect: false };
    this.#pace = createPace(this.#opts.frameRate);
    this.#judge.clear();
    this.#lookBack.clear();
  }

  #awakeAt(at: number): boolean {
    return at - this.#movedAt < QUIET;
  }

  #wake(candidate: T): T[] {
    const earlier = this.#lookBack.take(candidate, this.#kept?.at ?? -Infinity);
    // a frame of the quiet was kept just now: the next beat is soon enough
    if (earlier.length === 0 && !this.#pace.due(candidate.at)) return this.#drop(candidate);
    return [...earlier, this.#keep(candidate, candidate.thumbnail, SETTLE)];
  }

  #keep(candidate: T, thumbnail: Thumbnail | undefined, idle: number): T {
    this.#kept = { at: candidate.at, thumbnail };
    this.#pace.kept(candidate.at);
    this.#idleDue = candidate.at + idle;
    return candidate;
  }

  #drop(candidate: T): T[] {
    this.#dropped(candidate);
    return [];
  }
}

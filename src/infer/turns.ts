import type { SchedulerLike, Subscriber } from 'rxjs';
import { LookoutError } from '../errors.ts';
import type { CoverageReason } from '../record.ts';
import type { Answer, Window } from '../values.ts';
import { Alarm } from './alarm.ts';
import type { Backend } from './backend.ts';
import type { SpareLine } from './spareLine.ts';
import { WaitingLine } from './waiting.ts';

export interface TurnOptions {
  /** asked for each window anew, so that the model may be exchanged while running */
  backend(): Backend;
  /** the sentences of the rules that watch a camera */
  lookFor(camera: string): readonly string[];
  /** wall clock, ms */
  now(): number;
  /** A window that no answer will come of: overtaken, too old or never given a place (`overloaded`), or the model failed (`model`). */
  onDropped(window: Window, reason: CoverageReason, error?: unknown): void;
  /** windows in the model at a time, 1 where not given; of one camera never more than one, so that answers keep their order */
  concurrency?: number | (() => number);
  /** ms from a window's last frame until it may wait no longer; for ever where not given */
  maxAge?: number | ((window: Window) => number);
  /** A growing window could not be taken in, or (without one) no more of them come; its answer is not in danger. */
  onPrepareFailed?(error: unknown, window?: Window): void;
  /** looks that are done while no window waits, and no growing one either */
  spare?: SpareLine;
  /** runs the timer of the windows that wait; a test's virtual clock, else the process's */
  scheduler?: SchedulerLike;
}

/** Names a look among what is in the model; cameras' names have no such character. */
const LOOK = '\u0000';

/** Who has the model, who waits for it, and until when. Bounded by the cameras: of each one window runs, waits and grows. */
export class ModelTurns {
  readonly #options: TurnOptions;
  readonly #answers: Subscriber<Answer>;
  readonly #abort = new AbortController();
  readonly #waiting = new WaitingLine();
  readonly #growing = new WaitingLine();
  /** what is in the model, by camera */
  readonly #running = new Map<string, Window | undefined>();
  readonly #alarm: Alarm;
  #closed = false;

  constructor(options: TurnOptions, answers: Subscriber<Answer>) {
    this.#options = options;
    this.#answers = answers;
    this.#alarm = new Alarm(() => options.now(), () => this.#next(), options.scheduler);
    options.spare?.attach(() => this.#next());
  }

  /** A window is closed and wants an answer. */
  add(window: Window): void {
    this.#expire();
    if (this.#abort.signal.aborted) return;
    const overtaken = this.#waiting.put(window, this.#deadline(window));
    if (overtaken) this.#options.onDropped(overtaken, 'overloaded');
    const growing = this.#growing.of(window.camera);
    if (growing && !isNewer(growing, window)) this.#growing.discard(window.camera);
    this.#start();
  }

  /** A window has grown by some frames. */
  grow(window: Window): void {
    const shown = this.#waiting.of(window.camera) ?? this.#running.get(window.camera);
    if (this.#closed || !this.#options.backend().prepare || (shown && !isNewer(window, shown))) return;
    this.#growing.put(window, this.#deadline(window));
    this.#next();
  }

  /** No more windows come; those that wait are still answered. */
  close(): void {
    this.#closed = true;
    this.#growing.clear();
    this.#next();
  }

  /** Nobody listens any more: lets go of the model, the timer and the frames. */
  stop(): void {
    this.#abort.abort();
    this.#waiting.clear();
    this.#growing.clear();
    this.#options.spare?.clear();
    this.#alarm.set(Infinity);
  }

  #next(): void {
    this.#expire();
    this.#start();
  }

  #start(): void {
    const { signal } = this.#abort;
    const isFree = (camera: string): boolean => !this.#running.has(camera);
    while (!signal.aborted && this.#running.size < this.#atOnce()) {
      const window = this.#waiting.take(isFree);
      const growing = window || this.#waiting.size > 0 ? undefined : this.#growing.take(isFree);
      // one look at a time, and none that cannot begin before windows wait
      const look = window || growing || this.#waiting.size > 0 || this.#running.has(LOOK) ? undefined : this.#options.spare?.take();
      if (window) this.#run(window.camera, window, () => this.#infer(window));
      else if (growing) this.#run(growing.camera, growing, () => this.#prepare(growing));
      else if (look) this.#run(LOOK, undefined, () => look.run(), !look.foreign);
      else break;
    }
    // what has to wait after all may be too old for it
    this.#expire();
    if (this.#closed && this.#running.size === 0 && this.#waiting.size === 0) this.#answers.complete();
  }

  /** Drops what has waited too long, and sees to it that the next one is dropped in time. */
  #expire(): void {
    const now = this.#options.now();
    this.#growing.expire(now);
    for (const window of this.#waiting.expire(now)) if (!this.#abort.signal.aborted) this.#options.onDropped(window, 'overloaded');
    this.#options.spare?.expire(now);
    const looks = this.#options.spare?.due(now) ?? Infinity;
    if (!this.#abort.signal.aborted) this.#alarm.set(Math.min(this.#waiting.deadline(), this.#growing.deadline(), looks));
  }

  #run(name: string, window: Window | undefined, work: () => Promise<void>, isLook = false): void {
    const began = this.#options.now();
    this.#running.set(name, window);
    void work().finally(() => {
      this.#running.delete(name);
      this.#options.spare?.took(this.#options.now() - began, isLook);
      if (!this.#abort.signal.aborted) this.#next();
    });
  }

  async #infer(window: Window): Promise<void> {
    const { now } = this.#options;
    const began = now();
    try {
      const answer = await this.#options.backend().events(window, this.#options.lookFor(window.camera), this.#abort.signal);
      const latency = { ...answer.latency, queue: Math.max(0, began - window.cutAt), infer: now() - began };
      this.#answers.next({ ...answer, latency });
    } catch (error) {
      // whoever let go of the stream does not want to hear of the windows that were under way
      if (!this.#abort.signal.aborted) this.#options.onDropped(window, isBusy(error) ? 'overloaded' : 'model', error);
    }
  }

  async #prepare(window: Window): Promise<void> {
    try {
      await this.#options.backend().prepare?.(window, this.#options.lookFor(window.camera), this.#abort.signal);
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#options.onPrepareFailed?.(error, window);
    }
  }

  #atOnce(): number {
    const { concurrency = 1 } = this.#options;
    return typeof concurrency === 'number' ? concurrency : concurrency();
  }

  #deadline(window: Window): number {
    const { maxAge = Infinity } = this.#options;
    return lastAt(window) + (typeof maxAge === 'number' ? maxAge : maxAge(window));
  }
}

/** The model is well, and others had it all the time. */
function isBusy(error: unknown): boolean {
  return error instanceof LookoutError && error.code === 'ENGINE_BUSY';
}

function lastAt(window: Window): number {
  return window.frames.at(-1)?.at ?? window.cutAt;
}

function isNewer(a: Window, b: Window): boolean {
  return lastAt(a) > lastAt(b);
}

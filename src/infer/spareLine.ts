/** Work for the model that can wait or be left out: a second look at what was seen. */
export interface SpareLook {
  readonly camera: string;
  /** somebody waits for it: it takes the next turn that no window wants, however busy the model is */
  readonly urgent: boolean;
  /** wall clock, ms: later nobody wants it any more */
  readonly deadline: number;
  /** no look at what a camera showed: how long it takes says nothing of those */
  readonly foreign?: boolean;
  /** does it; errors are its own affair */
  run(): Promise<void>;
  /** it will not be done */
  skip(): void;
}

export interface SpareLineOptions {
  /** wall clock, ms */
  now(): number;
  /** looks of a camera in a minute that nobody waits for (default 120) */
  readonly perMinute?: number;
  /** a window may be held up by a look no longer than this, ms (default 300): a slower model takes none that nobody waits for */
  readonly longest?: number;
}

/** Looks that may wait; when one more comes, the oldest that nobody waits for is skipped, or else the oldest. */
const MOST = 32;
const PER_MINUTE = 120;
const LONGEST = 300;
const MINUTE = 60_000;
/** Over so long, ms, is measured how busy the model is with windows. */
const SPAN = 10_000;
/** What looks took is known for so long, ms: the machine may have had something else to do. */
const KNOWN = 15_000;
/** Looks that found the model busy ask again after so long, ms. */
const AGAIN = 500;
/** Share of the model's time that windows and looks may take together. */
const BUSY = 0.6;
/** Before any look was timed, it is taken to cost so many times what a window does: nothing of it is known yet. */
const DEARER = 3;

/**
 * The looks that wait for the model to have nothing else to do. Windows never wait for one that has not begun; what a look that
 * has begun may cost them is bounded by `longest`, by what the looks before it took.
 */
export class SpareLine {
  readonly #opts: SpareLineOptions;
  #waiting: SpareLook[] = [];
  readonly #done = new Map<string, number[]>();
  /** what the model did of late: its end, and for how long, ms */
  #turns: { readonly at: number; readonly ms: number; readonly look: boolean }[] = [];
  #wake: (() => void) | undefined;

  constructor(opts: SpareLineOptions) {
    this.#opts = opts;
  }

  /** `wake` is called when there is something to take. Before anyone is attached, and after `clear`, all is skipped. */
  attach(wake: () => void): void {
    this.#wake = wake;
  }

  add(look: SpareLook): void {
    if (!this.#wake) return look.skip();
    this.#waiting.push(look);
    if (this.#waiting.length > MOST) {
      const oldest = this.#waiting.findIndex((l) => !l.urgent);
      for (const left of this.#waiting.splice(Math.max(0, oldest), 1)) left.skip();
    }
    this.#wake();
  }

  /** Takes out what may begin now, the urgent and the newest first. */
  take(): SpareLook | undefined {
    const now = this.#opts.now();
    this.expire(now);
    const next = this.#waiting.findLast((l) => l.urgent) ?? (this.#isFree(now) ? this.#waiting.findLast((l) => this.#mayLook(l.camera, now)) : undefined);
    if (!next) return undefined;
    this.#waiting = this.#waiting.filter((l) => l !== next);
    if (!next.urgent) this.#done.set(next.camera, [...(this.#done.get(next.camera) ?? []), now]);
    return next;
  }

  /** A turn of the model is over that took `ms`. */
  took(ms: number, look: boolean): void {
    const at = this.#opts.now();
    this.#turns = [...this.#turns.filter((t) => t.at > at - MINUTE), { at, ms, look }].slice(-256);
  }

  /** Skips what nobody wants any more. */
  expire(now: number): void {
    const late = this.#waiting.filter((l) => l.deadline <= now);
    this.#waiting = this.#waiting.filter((l) => l.deadline > now);
    for (const look of late) look.skip();
    for (const [camera, times] of this.#done) if ((times.at(-1) ?? 0) < now - MINUTE) this.#done.delete(camera);
  }

  /** Wall clock, ms, at which those that wait are to be thought of again: the model may have become free. Infinity where none waits. */
  due(now: number): number {
    return this.#waiting.length === 0 ? Infinity : Math.min(now + AGAIN, ...this.#waiting.map((l) => l.deadline));
  }

  /** No more looks are done. */
  clear(): void {
    this.#wake = undefined;
    for (const look of this.#waiting.splice(0)) look.skip();
  }

  #isFree(now: number): boolean {
    const recent = this.#turns.filter((t) => t.at > now - SPAN);
    return recent.reduce((sum, t) => sum + t.ms, 0) < BUSY * SPAN && this.#expected(now) <= (this.#opts.longest ?? LONGEST);
  }

  /** ms that a look takes: as the last ones did, else as windows let expect. */
  #expected(now: number): number {
    const looks = this.#turns.filter((t) => t.look && t.at > now - KNOWN).map((t) => t.ms).toSorted((a, b) => a - b);
    const middle = looks[looks.length >> 1];
    if (middle !== undefined) return middle;
    const windows = this.#turns.filter((t) => !t.look).map((t) => t.ms);
    return windows.length === 0 ? 0 : (DEARER * windows.reduce((sum, ms) => sum + ms, 0)) / windows.length;
  }

  #mayLook(camera: string, now: number): boolean {
    const times = (this.#done.get(camera) ?? []).filter((at) => at > now - MINUTE);
    this.#done.set(camera, times);
    return times.length < (this.#opts.perMinute ?? PER_MINUTE);
  }
}

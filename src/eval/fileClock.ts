import { VirtualTimeScheduler } from 'rxjs';

/** The time of a file that is watched as fast as it can be read, ms; timers run by it, and it waits for the work that they begin. */
export class FileClock {
  /** what runs the stages' timers */
  readonly scheduler = new VirtualTimeScheduler();
  readonly #work = new Set<Promise<unknown>>();

  readonly now = (): number => this.scheduler.frame;

  /** Work that has to be done before the file goes on. */
  wait<T>(work: Promise<T>): Promise<T> {
    this.#work.add(work);
    const over = (): unknown => this.#work.delete(work);
    work.then(over, over);
    return work;
  }

  /** Goes on to `at`, when what is under way is done; what was due until then is begun, and waited for. */
  async advance(at: number): Promise<void> {
    await this.#rest();
    this.scheduler.maxFrames = at;
    this.scheduler.flush();
    this.scheduler.frame = at;
    await this.#rest();
  }

  async #rest(): Promise<void> {
    // what comes of one answer may be another question
    for (let busy = true; busy; busy = this.#work.size > 0) {
      await Promise.allSettled(this.#work);
      await new Promise(setImmediate);
    }
  }
}

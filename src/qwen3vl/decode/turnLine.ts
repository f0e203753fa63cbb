import { setImmediate as nextRound } from 'node:timers/promises';

/** Gives what works on the model away to whoever waits for it, and takes it again when they are done. */
export type Pause = () => Promise<void>;

/** One at a time, in the order of asking. */
export class TurnLine {
  #last: Promise<void> = Promise.resolve();

  async run<T>(work: (pause: Pause) => Promise<T>): Promise<T> {
    let end = await this.#take();
    try {
      return await work(async () => {
        end();
        // who calls from another process is heard between two rounds of the event loop
        await nextRound();
        end = await this.#take();
      });
    } finally {
      end();
    }
  }

  async #take(): Promise<() => void> {
    const before = this.#last;
    let end = (): void => undefined;
    this.#last = new Promise((resolve) => {
      end = resolve;
    });
    await before;
    return end;
  }
}

import type { Logger } from '../health/log.ts';

/** When to try again what the broker refused or the store could not mark, ms. */
const RETRY = 15_000;

export interface RetryLater {
  arm(error: unknown, what: string): void;
  /** something has failed and is still to be tried again */
  armed(): boolean;
  stop(): void;
}

/** Logs the first failure of a while and runs once at its end. */
export function retryLater(log: Logger, run: () => void): RetryLater {
  let timer: NodeJS.Timeout | undefined;
  return {
    arm(error, what) {
      if (timer) return;
      log.error({ err: error }, what);
      timer = setTimeout(() => {
        timer = undefined;
        run();
      }, RETRY);
    },
    armed: () => timer !== undefined,
    stop: () => clearTimeout(timer),
  };
}

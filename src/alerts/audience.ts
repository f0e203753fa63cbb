/** Whether somebody listens to each kind of message, as far as the broker says. */
export interface Audience {
  /** The broker took one of that kind, and somebody heard it or not; says whether it counts as told. */
  answered(kind: string, heard: boolean): boolean;
  /** Calls `again` after a while, longer and longer. */
  wait(): void;
  stop(): void;
}

/** For so long nobody may be there: subscribers of a broker that was restarted need a moment to come back. */
const PATIENCE = 60_000;
const FIRST_WAIT = 500;
const MOST_WAIT = 16_000;

/** Where nobody has listened for a while what is said counts as told, until somebody does. */
export function audience(again: () => void): Audience {
  const emptySince = new Map<string, number>();
  let wait = FIRST_WAIT;
  let timer: NodeJS.Timeout | undefined;
  return {
    answered(kind, heard) {
      if (heard) {
        emptySince.delete(kind);
        wait = FIRST_WAIT;
        return true;
      }
      const since = emptySince.get(kind) ?? performance.now();
      emptySince.set(kind, since);
      return performance.now() - since > PATIENCE;
    },
    wait() {
      timer ??= setTimeout(() => {
        timer = undefined;
        again();
      }, wait);
      wait = Math.min(MOST_WAIT, wait * 2);
    },
    stop: () => clearTimeout(timer),
  };
}

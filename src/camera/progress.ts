export interface Progress {
  /** Decoding begins, perhaps with much to catch up. */
  begin(): void;
  /** `behind`: stream time that waits to be decoded, ms. True when it is much and does not shrink. */
  stuck(behind: number): boolean;
}

/** More stream time than this, waiting, and not shrinking for PATIENCE, means that decoding is too slow, ms. */
const TOO_MUCH = 2000;
const PATIENCE = 3000;
/** Less of a gain in PATIENCE is none, ms. */
const GAIN = 200;

/** Tells decoding that catches up from decoding that cannot follow. `now`: ms. */
export function createProgress(now: () => number = () => performance.now()): Progress {
  let least = Number.POSITIVE_INFINITY;
  let gainedAt = now();
  return {
    begin() {
      least = Number.POSITIVE_INFINITY;
      gainedAt = now();
    },
    stuck(behind) {
      if (!(behind > TOO_MUCH) || behind < least - GAIN) {
        least = behind > TOO_MUCH ? behind : Number.POSITIVE_INFINITY;
        gainedAt = now();
      }
      return now() - gainedAt > PATIENCE;
    },
  };
}

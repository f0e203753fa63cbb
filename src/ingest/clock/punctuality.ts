/** How many of a camera's recent reports were prompt. */
export interface Punctuality {
  /** So many reports were prompt or not. */
  saw(isPrompt: boolean, count?: number): void;
  /** nearly all were, and there were some */
  readonly isClean: boolean;
  readonly isSpotless: boolean;
}

const LATEST = 8;
const SOME = 3;
const CLEAN = 0.8;

export function createPunctuality(): Punctuality {
  let latest: readonly boolean[] = [];
  return {
    saw(isPrompt, count = 1) {
      latest = [...latest, ...Array<boolean>(count).fill(isPrompt)].slice(-LATEST);
    },
    get isClean() {
      return latest.length >= SOME && latest.filter(Boolean).length >= CLEAN * latest.length;
    },
    get isSpotless() {
      return latest.every(Boolean);
    },
  };
}

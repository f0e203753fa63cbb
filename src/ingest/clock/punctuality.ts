/** How many of a camera's recent reports were prompt. */
export interface Punctuality {
  /** So many reports were prompt or not. */
  saw(isPrompt: boolean, count?: number): void;
  /** nearly all were, and there were some */
  readonly isClean: boolean;
  /** none was late */
  readonly isSpotless: boolean;
  /** before those that have been late without a break: nearly all were prompt, or all of the few that there were */
  readonly wasClean: boolean;
}

const LATEST = 8;
const SOME = 3;
const FEW = 2;
const CLEAN = 0.8;

export function createPunctuality(): Punctuality {
  let latest: readonly boolean[] = [];
  let wasClean = false;
  const isClean = (): boolean => latest.length >= SOME && latest.filter(Boolean).length >= CLEAN * latest.length;
  const isSpotless = (): boolean => latest.every(Boolean);
  return {
    saw(isPrompt, count = 1) {
      latest = [...latest, ...Array<boolean>(count).fill(isPrompt)].slice(-LATEST);
      if (isPrompt) wasClean = isClean() || (isSpotless() && latest.length >= FEW);
    },
    get isClean() {
      return isClean();
    },
    get isSpotless() {
      return isSpotless();
    },
    get wasClean() {
      return wasClean;
    },
  };
}

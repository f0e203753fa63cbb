/** How far packet sizes are to be believed on this stream: the threshold, how often to check, and whether they say anything at all. */
export interface GateTrust {
  /** surprise that wakes */
  readonly threshold: number;
  /** ms between checks */
  readonly checkEvery: number;
  /** sizes missed too much: everything has to be decoded */
  readonly blind: boolean;
  /** Is the threshold one that a small movement, of this surprise, will reach? Where it can be without harm, it is lowered for that. */
  sees(small: number): boolean;
  /** ms in which nothing woke */
  rested(ms: number): void;
  /** ms in which the stream was seen, asleep or awake */
  passed(ms: number): void;
  /** a wake-up that showed nothing */
  woken(): void;
  /** a check that showed nothing */
  checked(): void;
  /** something began to move, and the sizes had (not) said so */
  moved(announced: boolean): void;
}

/** Surprise (deviations) that wakes: usually, where a small movement would not reach that, and at the most. */
const USUAL = 5.5;
const LEAST = 4.2;
const MOST = 20;
/** A small movement must be expected to go this far beyond the threshold: what is expected is a guess. */
const MARGIN = 1.25;
/** … and nearly as far before they are believed again, so that belief does not flutter. */
const ENTRY = 1.2;
/** A wake-up in vain raises the threshold by this share, and so long a rest, ms, lowers it by as much: then they come this rarely. */
const RAISE = 0.15;
const VAIN_EVERY = 300_000;
/** A movement that the sizes hid lowers it by this share, at the most to this share of itself; half of that is made good in the time below. */
const LOWER = 0.2;
const LOWEST = 0.7;
/** Between checks, ms: at first, at the least, and at the most, which is approached while they show nothing. */
const CHECK_FIRST = 5000;
const CHECK_LEAST = 1000;
const CHECK_MOST = 20_000;
/** So many movements hidden, less what was announced since, and sizes are not believed any more; below the other they are again. */
const BLIND = 1.7;
const SEEING = 1;
/** Hidden ones are forgotten by half in this time, ms, twice as long after each blindness, up to 16 times. */
const FORGET = 300_000;

export function createGateTrust(): GateTrust {
  let usual = USUAL;
  /** what wake-ups in vain and hidden movements have made of it: a factor */
  let strain = 1;
  let seeing = false;
  let checkEvery = CHECK_FIRST;
  let hidden = 0;
  let blind = false;
  let forget = FORGET;
  const judge = (): void => {
    if (!blind && hidden >= BLIND) {
      blind = true;
      forget = Math.min(16 * FORGET, forget * 2);
    } else if (blind && hidden < SEEING) blind = false;
  };
  return {
    get threshold() {
      return Math.min(MOST, usual * strain);
    },
    get checkEvery() {
      return checkEvery;
    },
    get blind() {
      return blind;
    },
    sees(small) {
      usual = Math.max(LEAST, Math.min(USUAL, small / MARGIN));
      seeing = small >= usual * Math.max(1, strain) * (seeing ? 1 : ENTRY);
      return seeing;
    },
    rested(ms) {
      if (strain > 1) strain = Math.max(1, strain * (1 - (RAISE * ms) / VAIN_EVERY));
    },
    passed(ms) {
      hidden *= 0.5 ** (ms / forget);
      if (strain < 1) strain = 1 - (1 - strain) * 0.5 ** (ms / forget);
      judge();
    },
    woken() {
      strain = Math.min(MOST / LEAST, strain * (1 + RAISE));
    },
    checked() {
      checkEvery = Math.min(CHECK_MOST, checkEvery * 1.1);
    },
    moved(announced) {
      if (announced) hidden = Math.max(0, hidden - 0.25);
      else {
        hidden += 1;
        strain = Math.max(LOWEST, strain * (1 - LOWER));
        checkEvery = Math.max(CHECK_LEAST, Math.min(CHECK_FIRST, checkEvery / 2));
      }
      judge();
    },
  };
}

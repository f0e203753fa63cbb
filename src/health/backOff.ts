export interface BackOff {
  /** how long to wait before the next try, ms: doubles from `first` to `most`, ± 25 % so that many do not come back at once */
  next(): number;
  /** it works: after `calm` ms of it the next wait is `first` again */
  up(): void;
}

/** Waits between tries of something that fails. */
export function backOff(opts: { readonly first: number; readonly most: number; readonly calm: number }): BackOff {
  let wait = opts.first;
  let upSince: number | undefined;
  return {
    next() {
      if (upSince !== undefined && performance.now() - upSince >= opts.calm) wait = opts.first;
      upSince = undefined;
      const now = wait;
      wait = Math.min(opts.most, wait * 2);
      return Math.min(opts.most, now * (0.75 + Math.random() * 0.5));
    },
    up() {
      upSince ??= performance.now();
    },
  };
}

/**
 * Lets pictures pass in the order of their wall-clock time. What would run backwards by a moment is left out (the clock was
 * corrected: the time that is shown twice was watched the first time); after a larger step back the camera's clock was set,
 * and the new time counts.
 */
export function createOrder(): (at: number) => boolean {
  let latest = -Infinity;
  return (at) => {
    if (at <= latest && latest - at < CLOCK_SET) return false;
    latest = at;
    return true;
  };
}

/** ms */
const CLOCK_SET = 10_000;

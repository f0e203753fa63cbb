/**
 * What has been written so far, newest first: a list that its longer versions share. The first link, of length 0, has no `before`
 * and its value does not count.
 */
export interface Written<T> {
  readonly value: T;
  readonly before: Written<T> | undefined;
  /** values up to this one */
  readonly length: number;
}

/** Units up to this long loop when they stand SHORT_TIMES times in a row; longer ones, up to LONG_UNIT, say whole sentences. */
const SHORT_UNIT = 24;
const SHORT_TIMES = 6;
const LONG_UNIT = 128;
const LONG_TIMES = 4;
/** Shorter repetitions are no loop: "1000000", "......", "ha ha ha". */
const LEAST = 16;
/** Long units are looked for after every so many values; a loop is still one a few values later. */
const EVERY = 8;

/** Whether the newest values are one unit over and over, as a model writes that cannot find the end. */
export function loops<T>(written: Written<T>): boolean {
  if (written.length < LEAST) return false;
  const longest = Math.min(written.length % EVERY === 0 ? LONG_UNIT : SHORT_UNIT, written.length / LONG_TIMES);
  let earlier = written.before;
  for (let unit = 1; unit <= longest && earlier; unit++, earlier = earlier.before) {
    const times = unit <= SHORT_UNIT ? SHORT_TIMES : LONG_TIMES;
    if (earlier.value === written.value && agree(written, earlier, Math.max((times - 1) * unit, LEAST - unit))) return true;
  }
  return false;
}

/** Whether the newest `count` values of both are the same. */
function agree<T>(a: Written<T>, b: Written<T>, count: number): boolean {
  if (b.length < count) return false;
  let [one, other]: (Written<T> | undefined)[] = [a, b];
  for (let i = 0; i < count; i++, one = one?.before, other = other?.before) if (one?.value !== other?.value) return false;
  return true;
}

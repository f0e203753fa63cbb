/** How far decoding has come when a packet arrives. */
export interface Shown {
  readonly asleep: boolean;
  /** the decoder has something in its hands */
  readonly busy: boolean;
  /** pictures so far, and packets decoded */
  readonly decoded: number;
  readonly taken: number;
  /** stream time that waits to be decoded, ms */
  readonly behind: number;
}

/** Cameras send keyframes up to half a minute apart, and who joins between them sees nothing until the next one, ms. */
const FIRST_PICTURE = 60_000;
/** Less than this is no backlog, ms. */
const BACKLOG = 1000;

/**
 * Tells at each packet whether the stream lives. One that nobody decodes lives while it sends, and one that is decoded has to show
 * something; but decoding that works off a backlog (a busy machine) may take its time. `now`: ms.
 */
export function createLifeSigns(now: () => number = () => performance.now()): (shown: Shown) => boolean {
  const began = now();
  let [decoded, taken] = [0, 0];
  return (shown) => {
    const pictured = shown.decoded > decoded;
    const worked = shown.taken > taken;
    ({ decoded, taken } = shown);
    if (decoded === 0 && now() - began < FIRST_PICTURE) return true;
    // a check that never ends is no sleep
    const sleeps = shown.asleep && !shown.busy && decoded > 0;
    return pictured || sleeps || (worked && shown.behind > BACKLOG);
  };
}

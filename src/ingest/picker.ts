/** Stamps jitter by a few ms around a frame's turn. */
const JITTER = 10;

/** Chooses frames by their stream time (ms) so that about `fps` a second remain, as evenly as the stream's own rate allows. */
export function createPicker(fps: number): (pts: number) => boolean {
  const interval = 1000 / fps;
  let due: number | undefined;
  return (pts) => {
    // a stream whose time went back begins anew
    if (due === undefined || pts < due - 10 * interval) due = pts;
    if (pts < due - JITTER) return false;
    // after a frame that came late the next one may come a little sooner, but never two at once
    due = Math.max(due + interval, pts + interval / 2);
    return true;
  };
}

/** One slot in a camera's rhythm. */
export interface Slot {
  /** wall clock at which the frame is to be shown, ms */
  readonly due: number;
  /** slots left out since the last one */
  readonly skipped: number;
}

/**
 * A camera's rhythm: slots 1000 / fps ms apart from `start` (wall clock, ms). A slot may be taken up to half an interval late;
 * one that is later is skipped, so that a slow moment costs frames and never leaves the camera behind the clock.
 */
export function createPace(fps: number, start: number): { next(now: number): Slot } {
  const interval = 1000 / fps;
  let last = -1;
  return {
    next: (now) => {
      const index = Math.max(last + 1, Math.ceil((now - start) / interval - 0.5));
      const skipped = index - last - 1;
      last = index;
      return { due: start + index * interval, skipped };
    },
  };
}

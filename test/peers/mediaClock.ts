/** The clock behind a camera's RTP timestamps: 90 kHz, which may run fast or slow and may jump. */
export interface MediaClock {
  /** timestamp (not yet modulo 2^32) of a moment, true wall clock in ms */
  ticks(moment: number): number;
  /** ppm too fast from now on */
  drift(ppm: number, now: number): void;
  jump(ticks: number): void;
}

export function createMediaClock(start: number, began: number, drift: number): MediaClock {
  let [anchor, since, rate] = [start, began, 90 * (1 + drift / 1e6)];
  const exact = (moment: number): number => anchor + (moment - since) * rate;
  return {
    ticks: (moment) => Math.round(exact(moment)),
    drift(ppm, now) {
      [anchor, since, rate] = [exact(now), now, 90 * (1 + ppm / 1e6)];
    },
    jump: (ticks) => void (anchor += ticks),
  };
}

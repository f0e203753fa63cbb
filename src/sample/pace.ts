/** Thins a stream of frames to a rate without drift: times in ms, from the frames themselves. */
export interface Pace {
  /** is a frame of this time due? */
  due(at: number): boolean;
  /** a frame of this time was kept */
  kept(at: number): void;
}

/** A frame may come this share of the interval early … */
const EARLY = 0.1;
/** … and a late one moves the next so little that two never come closer than 70 % of the interval. */
const CLOSEST = 0.8;

/** `rate` in frames per second. On the whole the rate is not exceeded; where the source is slower, every frame is due. */
export function createPace(rate: number): Pace {
  const interval = 1000 / rate;
  let next = -Infinity;
  return {
    due: (at) => at >= next - EARLY * interval,
    kept: (at) => {
      const onBeat = next + interval;
      // after a pause the beat starts anew from this frame
      next = onBeat < at ? at + interval : Math.max(onBeat, at + CLOSEST * interval);
    },
  };
}

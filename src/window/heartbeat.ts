/** When a scene in which nothing moves is looked at all the same. Times in ms, from the frames themselves. */
export interface Heartbeat {
  /** nothing is due before `at`, and from there on the pauses grow anew */
  rest(at: number): void;
  /** True when a look is due, which begins the next pause. */
  due(at: number): boolean;
}

/**
 * A look, the next one after twice `first`, and each pause twice the one before, up to `most`. What changes slowly is activity as
 * soon as the sampler sees it against the frame it kept last, so that a scene which has not stirred since a look needs no other soon.
 *
 * What it costs, for windows of a pair, by default (30 s, 600 s, the first look after 8 s): looks after 8, 68, 188, 428 and 908 s, then
 * every 600 s: 9 pairs in the first still hour and 6 in each further one, where a fixed 2 frames a second are 3,600. A scene that
 * stirs again and again is looked at 30 s after each activity: 120 pairs an hour at the most. Of 1/20 of the fixed rate, 180 pairs an
 * hour, that leaves 80 s of activity at 2 new pairs a second (`frame_rate` 4), or twelve of 4 s with the looks between them.
 */
export function createHeartbeat({ first, most }: { readonly first: number; readonly most: number }): Heartbeat {
  const longest = Math.max(first, most);
  let next = Infinity;
  let pause = first;
  return {
    rest(at) {
      next = at;
      pause = first;
    },
    due(at) {
      if (at < next) return false;
      pause = Math.min(2 * pause, longest);
      next = at + pause;
      return true;
    },
  };
}

/** When a scene in which nothing moves is looked at all the same. Times in ms, from the frames themselves. */
export interface Heartbeat {
  /** nothing is due before `at`, and from there on the pauses grow anew */
  rest(at: number): void;
  /** the scene was looked at, at `at`, by the window of an activity: as good as the first look */
  shown(at: number): void;
  /** True when a look is due, which begins the next pause. */
  due(at: number): boolean;
}

/**
 * A look, the next one after twice `first`, and each pause twice the one before, up to `most`. What changes slowly is activity as
 * soon as the sampler sees it against the frame it kept last, so that a scene which has not stirred since a look needs no other soon.
 *
 * What it costs, for windows of a pair, by default (30 s, 600 s, the first look after 8 s): looks after 8, 68, 188, 428 and 908 s, then
 * every 600 s: 9 pairs in the first still hour and 6 in each further one, where a fixed 2 frames a second are 3,600. After an activity
 * its last window was the first look: the next come 60, 180, 420 s later, at most 60 pairs an hour in a scene that stirs every minute.
 * Of 1/20 of the fixed rate, 180 pairs an hour, a dozen activities five minutes apart leave 150 for themselves.
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
    shown(at) {
      pause = Math.min(2 * first, longest);
      next = at + pause;
    },
    due(at) {
      if (at < next) return false;
      pause = Math.min(2 * pause, longest);
      next = at + pause;
      return true;
    },
  };
}

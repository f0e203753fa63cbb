/** The last candidates that were not kept, in case something has already begun in them. */
export interface LookBack<T> {
  push(candidate: T): void;
  /** candidates from before `candidate` and after `since` (ms), a beat apart, oldest first; empties the buffer */
  take(candidate: T, since: number): T[];
  clear(): void;
}

/** Candidates stored per beat; a faster camera's pictures between them are passed over, which bounds the memory. */
const PER_BEAT = 3;

/**
 * `count` candidates at most are taken, `interval` ms apart; `count` × 3 + 1 at most are held. Whatever is passed over or let
 * go goes to `dropped`, once.
 */
export function createLookBack<T extends { readonly at: number }>(count: number, interval: number, dropped: (candidate: T) => void): LookBack<T> {
  let held: T[] = [];
  return {
    push(candidate) {
      const last = held.at(-1);
      if (last && candidate.at - last.at < (0.9 * interval) / PER_BEAT) return dropped(candidate);
      held.push(candidate);
      const oldest = held.length > count * PER_BEAT + 1 ? held.shift() : undefined;
      if (oldest) dropped(oldest);
    },
    take(candidate, since) {
      const taken: T[] = [];
      let before = candidate.at;
      for (const earlier of held.reverse()) {
        const wanted = taken.length < count && earlier.at > since + 0.5 * interval && before - earlier.at >= 0.9 * interval;
        if (!wanted) {
          dropped(earlier);
          continue;
        }
        taken.unshift(earlier);
        before = earlier.at;
      }
      held = [];
      return taken;
    },
    clear() {
      const passed = held;
      held = [];
      for (const candidate of passed) dropped(candidate);
    },
  };
}

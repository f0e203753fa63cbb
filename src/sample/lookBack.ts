import type { Frame } from '../values.ts';

/** The last frames that were not kept, in case something has already begun in them. */
export interface LookBack {
  push(frame: Frame): void;
  /** frames from before `frame` and after `since` (ms), a beat apart, oldest first; empties the buffer */
  take(frame: Frame, since: number): Frame[];
  clear(): void;
}

/** Frames stored per beat; a faster camera's frames between them are passed over, which bounds the memory. */
const PER_BEAT = 3;

/** `count` frames at most are taken, `interval` ms apart; `count` × 3 + 1 frames at most are held. */
export function createLookBack(count: number, interval: number): LookBack {
  let held: Frame[] = [];
  return {
    push(frame) {
      const last = held.at(-1);
      if (last && frame.at - last.at < (0.9 * interval) / PER_BEAT) return;
      held.push(frame);
      if (held.length > count * PER_BEAT + 1) held.shift();
    },
    take(frame, since) {
      const taken: Frame[] = [];
      let before = frame.at;
      for (const candidate of held.reverse()) {
        if (taken.length === count || candidate.at <= since + 0.5 * interval) break;
        if (before - candidate.at < 0.9 * interval) continue;
        taken.unshift(candidate);
        before = candidate.at;
      }
      held = [];
      return taken;
    },
    clear() {
      held = [];
    },
  };
}

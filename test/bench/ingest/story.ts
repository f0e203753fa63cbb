import { createRandom } from '../../../src/demo/random.ts';
import type { Room } from '../../../src/demo/room.ts';

/** A room's story with pauses put in where nothing moves: footage that is mostly static, with its truth. */
export interface StretchedStory {
  readonly duration: number;
  /** share of the time in which anything moves */
  readonly moving: number;
  readonly labels: readonly { readonly event: string; readonly start: number; readonly end: number }[];
  /** the story's own time at a moment of the footage, s; the same throughout a pause */
  storyTime(t: number): number;
}

/** People stand still for at least so long where a pause is put in, s. */
const LEAST_GAP = 0.4;

/** Stretches the room's story to `duration` seconds, which must be longer; the pauses' lengths are drawn by the room's seed. */
export function stretch(room: Room, duration: number): StretchedStory {
  const moving = [...room.story.actors.flatMap((actor) => actor.segments), ...room.events].map(({ start, end }) => ({ start, end }));
  const gaps = stillMoments(moving, room.duration);
  const random = createRandom(room.seed ^ 0x57e7c4);
  const shares = gaps.map(() => random.uniform(0.4, 1.6));
  const all = shares.reduce((sum, share) => sum + share, 0);
  const spare = Math.max(0, duration - room.duration);
  const pauses = gaps.map((at, i) => ({ at, length: (spare * (shares[i] ?? 0)) / all }));
  const before = (at: number): number => pauses.reduce((sum, pause) => (pause.at < at ? sum + pause.length : sum), 0);
  const shift = (at: number): number => at + before(at);
  const stretched = room.duration + (gaps.length > 0 ? spare : 0);
  return {
    duration: stretched,
    moving: lengthOf(moving) / stretched,
    labels: room.events.map(({ text, start, end }) => ({ event: text, start: shift(start), end: shift(end) })),
    storyTime(t) {
      let passed = 0;
      for (const { at, length } of pauses) {
        if (t - passed < at) break;
        if (t - passed < at + length) return at;
        passed += length;
      }
      return t - passed;
    },
  };
}

/** Moments, in order, in the middle of stretches without any movement. */
function stillMoments(moving: readonly { readonly start: number; readonly end: number }[], duration: number): number[] {
  const still: number[] = [];
  let until = 0;
  for (const { start, end } of [...moving, { start: duration, end: duration }].sort((a, b) => a.start - b.start)) {
    if (start - until >= LEAST_GAP) still.push((until + start) / 2);
    until = Math.max(until, end);
  }
  return still;
}

/** Seconds that intervals cover together. */
function lengthOf(intervals: readonly { readonly start: number; readonly end: number }[]): number {
  let covered = 0;
  let until = 0;
  for (const { start, end } of intervals.toSorted((a, b) => a.start - b.start)) {
    covered += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return covered;
}

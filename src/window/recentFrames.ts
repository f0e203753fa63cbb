import type { Frame } from '../values.ts';

/** The kept frames of the last seconds: windows thin them out and move on, a second look wants them all. */
export interface RecentFrames {
  /** takes a kept frame in; one that is not newer than its camera's newest is left out, or begins anew where the clock was set */
  add(frame: Frame): void;
  /** those of a camera with `from` ≤ `at` ≤ `to` (wall clock, ms), oldest first */
  between(camera: string, from: number, to: number): Frame[];
  /** lets go of a camera's frames */
  forget(camera: string): void;
  /** bytes held */
  readonly bytes: number;
}

/** A clock that goes back by less than this, ms, is jitter. By more: it was set. */
const CLOCK_STEP = 1000;

interface Held {
  readonly frame: Frame;
  /** the smaller, the longer it has been held: cameras' clocks cannot be compared */
  readonly turn: number;
}

/** Holds `seconds` of each camera, and of all together no more than `bytes`: what has been held longest goes first. */
export function createRecentFrames({ seconds, bytes: most }: { readonly seconds: number; readonly bytes: number }): RecentFrames {
  const cameras = new Map<string, Held[]>();
  let bytes = 0;
  let turns = 0;
  const release = (held: readonly Held[]): void => held.forEach(({ frame }) => (bytes -= frame.data.byteLength));
  const forget = (camera: string): void => {
    release(cameras.get(camera) ?? []);
    cameras.delete(camera);
  };
  const dropOldest = (): void => {
    const [first] = [...cameras].sort(([, a], [, b]) => (a[0]?.turn ?? 0) - (b[0]?.turn ?? 0));
    if (!first) return;
    const [camera, held] = first;
    release(held.splice(0, 1));
    if (held.length === 0) cameras.delete(camera);
  };
  return {
    add(frame) {
      const { camera, at } = frame;
      const last = cameras.get(camera)?.at(-1)?.frame.at ?? -Infinity;
      if (at <= last && last - at < CLOCK_STEP) return;
      if (at <= last) forget(camera);
      const held = cameras.get(camera) ?? [];
      cameras.set(camera, held);
      held.push({ frame, turn: ++turns });
      bytes += frame.data.byteLength;
      const old = held.findIndex((h) => h.frame.at >= at - seconds * 1000);
      release(held.splice(0, old));
      for (let over = bytes > most; over; over = bytes > most) dropOldest();
    },
    between: (camera, from, to) => (cameras.get(camera) ?? []).flatMap(({ frame }) => (frame.at >= from && frame.at <= to ? [frame] : [])),
    forget,
    get bytes() {
      return bytes;
    },
  };
}

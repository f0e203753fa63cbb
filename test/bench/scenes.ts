import { createRoom } from '../../src/demo/room.ts';
import { HELD_OUT_SEEDS } from '../../src/eval/scenes.ts';
import type { VideoInput } from '../../src/qwen3vl/model.ts';

/** Frames of one length and size, half a second apart, as from a camera while something moves. */
export interface SceneSize {
  readonly width: number;
  readonly height: number;
}

/** Of a window: 16 frames over 8 s make eight pairs of a second each. */
export const FRAMES = 16;
export const GAP_SECONDS = 0.5;
/** Of the windows before it in its stream: 6 s, and 7 s where one pair of the two new ones has come. */
export const BEFORE_HOP = 12;
export const GROWING = 14;

const ROOM_SECONDS = 20;
/** Of the window, s, before the room's second happening, so that there is something to tell. */
const LEAD = 4;

/** The `number`-th window onto the synthetic room: each another room, none that the demo checkpoint was trained on. */
export function sceneWindow(number: number, { width, height }: SceneSize): VideoInput {
  const room = createRoom(HELD_OUT_SEEDS + number, { duration: ROOM_SECONDS });
  const happening = room.events[Math.min(1, room.events.length - 1)]?.start ?? 0;
  const start = Math.min(Math.max(0, happening - LEAD), ROOM_SECONDS - FRAMES * GAP_SECONDS);
  const times = Array.from({ length: FRAMES }, (_, i) => i * GAP_SECONDS);
  return { frames: times.map((t) => ({ width, height, data: room.render(start + t, width, height) })), times };
}

/** The first `count` frames of a window. */
export function beginning({ frames, times }: VideoInput, count: number): VideoInput {
  return { frames: frames.slice(0, count), times: times.slice(0, count) };
}

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { saveClip } from '../../src/demo/clip.ts';
import { createRoom } from '../../src/demo/room.ts';
import type { Clip } from '../../src/eval/clip.ts';
import { heldOutRooms, heldOutScenes } from '../../src/eval/scenes.ts';
import { readVideoFrames } from '../../src/ingest/file.ts';

/** Rooms that no training has seen; `eval --seed 0` looks at others. */
const SET = 7;
const SECONDS = 20;
/** As small as pictures may be and still be scaled down on their way to the model, as a camera's are. */
const FORMAT = { width: 384, height: 256, fps: 15 };
/** 192 × 128 */
const FRAME_SIZE = { minPixels: 1024, maxPixels: 24_576 };

/** Films `count` stories with their labels and rules; frames are read from the films as from any video. */
export async function filmClips(count: number, folder: string): Promise<Clip[]> {
  mkdirSync(folder, { recursive: true });
  const scenes = heldOutScenes(count, SET, SECONDS);
  const clips: Clip[] = [];
  for (const [i, room] of heldOutRooms(count, SET, SECONDS).entries()) {
    const scene = scenes[i];
    if (!scene) break;
    const base = join(folder, `room-${room.seed}`);
    await saveClip(room, base, FORMAT);
    clips.push({ ...scene, frames: framesOf(`${base}.mp4`) });
  }
  return clips;
}

/** One long, busy story: windows grow and begin anew many times. */
export async function filmLong(seconds: number, folder: string): Promise<Clip['frames']> {
  mkdirSync(folder, { recursive: true });
  const base = join(folder, `long-${seconds}`);
  await saveClip(createRoom(LONG_SEED, { duration: seconds }), base, FORMAT);
  return framesOf(`${base}.mp4`);
}

const LONG_SEED = 910_007;

function framesOf(path: string): Clip['frames'] {
  return async function* (signal = new AbortController().signal) {
    for await (const frame of readVideoFrames(path, { fps: FORMAT.fps, frameSize: FRAME_SIZE }, signal)) yield { ...frame, camera: 'room' };
  };
}

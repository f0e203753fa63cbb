import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createRoom, type TruthEvent } from '../../src/demo/room.ts';
import { joined, type Span } from './spans.ts';

/** A story of the demo's room as a clip that a simulated camera shows again and again. */
export interface Film {
  readonly file: string;
  readonly fps: number;
  readonly frames: number;
  /** frames from one keyframe to the next */
  readonly keyframes: number;
  /** what truly happens in it; seconds from its beginning */
  readonly events: readonly TruthEvent[];
  /** when somebody moves, or the light changes; seconds */
  readonly moves: readonly Span[];
}

/** Large enough that the model's picture is made by shrinking it, and cheap to decode twelve times over. */
const SIZE = { width: 384, height: 256 };
const FPS = 10;
/** Keyframes are a second apart, so that a camera is watched soon after it is opened. */
const KEYFRAMES = FPS;

export interface FilmOptions {
  readonly seed: number;
  /** of the story, and of the clip, whose rest shows the room as the story left it, s */
  readonly story: number;
  readonly length: number;
}

/** Films a story into `<folder>/<seed>.mp4`: H.264 without B-frames. Throws where ffmpeg fails. */
export async function film(folder: string, { seed, story, length }: FilmOptions): Promise<Film> {
  const file = join(folder, `${seed}.mp4`);
  const room = createRoom(seed, { duration: story });
  const input = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${SIZE.width}x${SIZE.height}`, '-r', String(FPS), '-i', 'pipe:0'];
  const encoder = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-pix_fmt', 'yuv420p', '-x264-params', `bframes=0:keyint=${KEYFRAMES}:min-keyint=${KEYFRAMES}:scenecut=0:open_gop=0:threads=1`];
  const ffmpeg = spawn('ffmpeg', ['-v', 'error', '-nostdin', ...input, ...encoder, '-y', file], { stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = once(ffmpeg, 'exit');
  // it ended: its code says so
  ffmpeg.stdin.on('error', () => undefined);
  const frames = length * FPS;
  for (let n = 0; n < frames && ffmpeg.exitCode === null; n++) {
    if (!ffmpeg.stdin.write(room.render(n / FPS, SIZE.width, SIZE.height))) await Promise.race([once(ffmpeg.stdin, 'drain'), ended]);
  }
  ffmpeg.stdin.end();
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`ffmpeg could not film room ${seed} (${code}).`);
  const moves = joined([...room.events, ...room.story.actors.flatMap(({ segments }) => segments)]);
  return { file, fps: FPS, frames, keyframes: KEYFRAMES, events: room.events, moves };
}

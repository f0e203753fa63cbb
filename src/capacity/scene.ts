import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRoom } from '../demo/room.ts';
import { LookoutError } from '../errors.ts';

/** What the made-up camera sends. */
export interface StreamFormat {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
}

/** A stretch of the demo's room in which hardly a second passes without somebody moving: of four hundred stories the one with the shortest pauses. */
const BUSY = { seed: 96, from: 60.5, seconds: 20 };
/** Before a story begins nothing happens in its room. */
const STILL = { seed: 96, from: -100, seconds: 10 };
/** The room is drawn so small and made larger: drawing it in full would take longer than encoding it. */
const DRAWN = { width: 384, height: 256, fps: 15 };

/** What is filmed: the room while people move about in it, or while nothing happens. */
export type Scene = 'busy' | 'still';

/**
 * Films a scene into an MP4 (H.264, a keyframe every two seconds, no B-frames, one quality) as a camera would send it.
 * @param seconds of it, at most
 * @throws LookoutError TOOL_MISSING
 */
export async function filmScene(scene: Scene, file: string, { width, height, fps }: StreamFormat, seconds: number, signal: AbortSignal): Promise<void> {
  const { seed, from, seconds: most } = scene === 'busy' ? BUSY : STILL;
  const room = createRoom(seed, { duration: 90 });
  const input = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-video_size', `${DRAWN.width}x${DRAWN.height}`, '-framerate', String(DRAWN.fps), '-i', 'pipe:0'];
  const child = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...input, '-vf', `scale=${width}:${height}:flags=bilinear,fps=${fps}`, ...cameraCoding(fps), file], { stdio: ['pipe', 'ignore', 'pipe'], signal });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-300)));
  // a pipe that broke is told by how ffmpeg ended
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number | string | null>((resolve) => child.once('error', (error) => resolve(error.message)).once('close', (code) => resolve(code)));
  for (let n = 0; n < Math.min(seconds, most) * DRAWN.fps && child.exitCode === null && !signal.aborted; n++) {
    if (!child.stdin.write(room.render(from + n / DRAWN.fps, DRAWN.width, DRAWN.height))) await Promise.race([once(child.stdin, 'drain'), ended]);
  }
  child.stdin.end();
  const status = await ended;
  signal.throwIfAborted();
  if (status !== 0) throw new LookoutError('TOOL_MISSING', `ffmpeg, package ffmpeg: ${words.trim().split('\n').at(-1) || String(status)}.`);
}

/** ffmpeg's arguments for H.264 as a camera sends it. */
export function cameraCoding(fps: number): string[] {
  return ['-c:v', 'libx264', '-preset', 'veryfast', '-threads', '1', '-pix_fmt', 'yuv420p', '-qp', '24', '-bf', '0', '-g', String(2 * fps), '-x264-params', 'scenecut=0:open_gop=0'];
}

/** Sends a clip over and over to an RTMP address, as it is, until `stop` is called. */
export function sendClip(file: string, url: string): { stop(): Promise<void> } {
  const child = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'quiet', '-nostdin', '-re', '-stream_loop', '-1', '-i', file, '-c', 'copy', '-f', 'flv', '-flvflags', 'no_duration_filesize', url], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('error', () => resolve()).once('close', () => resolve()));
  return {
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

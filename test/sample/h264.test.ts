import { spawnSync } from 'node:child_process';
import { from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { sample } from '../../src/sample/sample.ts';
import type { Frame } from '../../src/values.ts';
import { draw, HEIGHT, secondsOf, times, WIDTH } from './scene.ts';
import type { Scene } from './scene.ts';

const RAW = ['-f', 'rawvideo', '-pix_fmt', 'rgb24'];

function ffmpeg(args: readonly string[], input: Uint8Array): Buffer {
  const { status, stdout, stderr } = spawnSync('ffmpeg', ['-v', 'error', ...args], { input, maxBuffer: 1 << 28, timeout: 60_000 });
  if (status !== 0) throw new Error(`ffmpeg: ${String(stderr)}`);
  return stdout;
}

/** The scene as it comes out of a camera's H.264: B-frames, a keyframe every two seconds, a quantiser that shows. */
function filmed(scene: Scene, seconds: number, crf: number): Frame[] {
  const frames = times(seconds).map((t) => draw(scene, t));
  const size = ['-s', `${WIDTH}x${HEIGHT}`];
  const raw = Buffer.concat(frames.map((f) => f.data));
  const film = ffmpeg([...RAW, ...size, '-r', '8', '-i', '-', '-c:v', 'libx264', '-preset', 'veryfast', '-crf', String(crf), '-g', '16', '-bf', '2', '-pix_fmt', 'yuv420p', '-threads', '1', '-f', 'matroska', '-'], raw);
  const decoded = ffmpeg(['-i', '-', ...RAW, '-'], film);
  const bytes = WIDTH * HEIGHT * 3;
  return frames.map((f, i) => ({ ...f, data: decoded.subarray(i * bytes, (i + 1) * bytes) }));
}

const kept = async (frames: readonly Frame[]): Promise<number[]> =>
  secondsOf(await lastValueFrom(from(frames).pipe(sample({ frameRate: 4, idleInterval: 2, adaptive: true, lookBack: 2 }), toArray())));

describe('sampling H.264', () => {
  it.each([24, 30])('rests on a quiet scene in spite of keyframes and noise (crf %s)', async (crf) => {
    expect(await kept(filmed({ noise: 6, shake: 0.6 }, 7, crf))).toEqual([0, 2, 4, 6]);
  });

  it.each([30])('wakes for an arm (crf %s)', async (crf) => {
    const at = await kept(filmed({ noise: 4, arm: (t) => (t < 5 ? 0 : Math.min(1, t - 5)) }, 7, crf));
    expect(at.filter((t) => t > 4.9 && t < 6.3).length).toBeGreaterThanOrEqual(5);
    expect(at.filter((t) => t < 4.2)).toEqual([0, 2, 4]);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Footage } from './clips.ts';

const WIDTH = 160;
const HEIGHT = 90;
const FPS = 5;

/**
 * The plain way: everything decoded, grey thumbnails 5 times a second, the mean absolute difference of neighbours against a threshold.
 * Given are the times (ms of the clip) of the thumbnails above it, for the lowest threshold that passes at most `most` of them: any
 * higher one sees less.
 */
export async function detectMotion(clip: Footage, most: number): Promise<number[]> {
  const scores = await differences(clip.file);
  const level = scores.map(({ score }) => score).sort((a, b) => b - a)[Math.max(0, most)] ?? -1;
  return scores.filter(({ score }) => score > level).map(({ at }) => at);
}

async function differences(file: string): Promise<{ readonly at: number; readonly score: number }[]> {
  const args = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-i', file, '-an', '-vf', `fps=${FPS},scale=${WIDTH}:${HEIGHT},format=gray`, '-f', 'rawvideo', 'pipe:1'];
  const child = spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const scores: { at: number; score: number }[] = [];
  let before: Buffer | undefined;
  let read: Buffer = Buffer.alloc(0);
  for await (const chunk of child.stdout) {
    read = Buffer.concat([read, chunk as Buffer]);
    for (; read.length >= WIDTH * HEIGHT; read = read.subarray(WIDTH * HEIGHT)) {
      const picture = Buffer.from(read.subarray(0, WIDTH * HEIGHT));
      scores.push({ at: (scores.length * 1000) / FPS, score: before ? meanDifference(before, picture) : 0 });
      before = picture;
    }
  }
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`ffmpeg could not decode ${file} (${code}).`);
  return scores;
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0));
  return sum / a.length;
}

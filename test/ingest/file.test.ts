import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readVideoFrames } from '../../src/ingest/file.ts';

const FRAMES = { fps: 5, frameSize: { minPixels: 64 * 64, maxPixels: 64 * 64 } };
const folder = mkdtempSync(join(tmpdir(), 'lookout-file-'));

/** A minute whose picture grows lighter by a constant step a second; B-frames, a keyframe every five seconds. */
function film(name: string, ...args: string[]): string {
  const path = join(folder, name);
  const picture = 'color=black:s=64x64:r=10:d=60,geq=lum=4*T:cb=128:cr=128';
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', picture, '-c:v', 'libx264', '-g', '50', '-bf', '2', '-pix_fmt', 'yuv420p', '-color_range', 'pc', ...args, path]);
  return path;
}

beforeAll(() => {
  film('minute.mp4');
  film('minute.mkv');
  // the stamps of a transport stream begin anywhere
  film('minute.ts', '-output_ts_offset', '5000');
  film('minute.flv');
  film('minute.h264');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function times(name: string, range?: readonly [number, number]): Promise<{ at: number[]; light: number[]; duration: number | undefined }> {
  const found = { at: [] as number[], light: [] as number[], duration: undefined as number | undefined };
  const opened = { onOpened: (duration: number | undefined) => void (found.duration = duration) };
  for await (const frame of readVideoFrames(join(folder, name), { ...FRAMES, ...opened, ...(range ? { range } : {}) }, new AbortController().signal)) {
    found.at.push(Math.round(frame.at));
    found.light.push(frame.data[0] ?? 0);
  }
  return found;
}

test.each(['minute.mp4', 'minute.mkv', 'minute.ts', 'minute.flv'])('%s: a part of it has the frames and times that it has in the whole', async (name) => {
  const whole = await times(name);
  expect(whole.at[0]).toBe(0);
  expect(whole.at).toHaveLength(300);
  expect((whole.duration ?? 0) / 1000).toBeCloseTo(60, 0);
  for (const range of [[0, 3000], [12_300, 17_700], [58_000, 99_000]] as const) {
    const part = await times(name, range);
    expect(part.at[0]).toBeGreaterThanOrEqual(range[0]);
    expect(part.at[0]).toBeLessThanOrEqual(range[0] + 200);
    expect(part.at.at(-1)).toBeLessThanOrEqual(range[1]);
    expect(part.at.at(-1)).toBeGreaterThanOrEqual(Math.min(range[1], 60_000) - 400);
    // the picture tells when it was taken
    part.at.forEach((t, i) => expect(Math.abs((part.light[i] ?? 0) - (4 * t) / 1000)).toBeLessThanOrEqual(3));
  }
});

test('a part beyond the end has no frames, and what is no video is told', async () => {
  expect((await times('minute.mp4', [70_000, 80_000])).at).toEqual([]);
  await expect(times('minute.h264')).rejects.toMatchObject({ code: 'VIDEO_UNREADABLE', detail: expect.stringContaining('does not say when') as string });
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'sine=d=1', join(folder, 'sound.mp4')]);
  await expect(times('sound.mp4')).rejects.toMatchObject({ code: 'VIDEO_UNREADABLE', detail: expect.stringContaining('no video') as string });
  await expect(times('nothing.mp4')).rejects.toMatchObject({ code: 'VIDEO_UNREADABLE' });
});

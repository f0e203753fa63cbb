import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';
import type { Packet } from 'node-av/lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeAll, look, makeClip, RAMP, withDecoder } from './clips.ts';
import { createRandom } from './random.ts';

Log.setLevel(AV_LOG_QUIET);
const folder = mkdtempSync(join(tmpdir(), 'lookout-decoder-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FRAMES = 40;
const GOP = 10;
const CODECS: Record<string, { file: string; args: string[] }> = {
  'H.264 with B-frames': { file: 'h264.mp4', args: ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-pix_fmt', 'yuv420p'] },
  'H.264 with open groups': { file: 'open.mkv', args: ['-c:v', 'libx264', '-preset', 'veryfast', '-x264-params', 'open-gop=1:bframes=3:b-adapt=0:b-pyramid=normal', '-pix_fmt', 'yuv420p'] },
  'H.265 with open groups': { file: 'hevc.mp4', args: ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', `keyint=${GOP}:min-keyint=${GOP}:bframes=3:open-gop=1:log-level=none`, '-pix_fmt', 'yuv420p'] },
  AV1: { file: 'av1.mp4', args: ['-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime', '-pix_fmt', 'yuv420p'] },
  MJPEG: { file: 'mjpeg.avi', args: ['-c:v', 'mjpeg', '-q:v', '3', '-pix_fmt', 'yuvj420p'] },
  VP9: { file: 'vp9.webm', args: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-pix_fmt', 'yuv420p'] },
};

describe.each(Object.entries(CODECS))('%s', (_name, { file, args }) => {
  const path = join(folder, file);
  beforeAll(() => void makeClip(folder, file, RAMP, '-g', String(GOP), ...args));

  test('pictures come in order of presentation and show their own moment', async () => {
    await withDecoder(path, async (decoder, clip) => {
      const seen = await decodeAll(decoder, clip.packets, look);
      expect(seen.map((s) => s.pts)).toEqual(Array.from({ length: FRAMES }, (_, i) => 100 * i));
      expect(decoder.decoded).toBe(FRAMES);
      expect(decoder.hardware).toBeUndefined();
      for (const { pts, shown, damaged } of seen) {
        expect(Math.abs(shown - pts)).toBeLessThan(40);
        expect(damaged).toBe(false);
      }
    });
  });

  test('a lone keyframe comes out when the decoder is drained, again and again', async () => {
    await withDecoder(path, async (decoder, clip) => {
      const keyframes = clip.packets.filter((packet) => packet.isKeyframe);
      expect(keyframes.length).toBeGreaterThanOrEqual(3);
      for (const keyframe of [...keyframes, ...keyframes]) {
        const seen = await decodeAll(decoder, [keyframe], look);
        decoder.flush();
        expect(seen).toHaveLength(1);
        expect(seen[0]).toMatchObject({ keyframe: true, damaged: false });
        expect(Math.abs((seen[0]?.shown ?? 0) - Number(keyframe.pts) * clip.tick)).toBeLessThan(40);
      }
    });
  });

  test('begun in the middle of a group, nothing undamaged comes before the keyframe', async () => {
    await withDecoder(path, async (decoder, clip) => {
      for (const first of [3, 7, 14]) {
        const seen = await decodeAll(decoder, clip.packets.slice(first), look);
        decoder.flush();
        const whole = seen.filter((s) => !s.damaged);
        expect(whole[0]?.keyframe).toBe(true);
        expect(whole.length).toBeGreaterThanOrEqual(FRAMES - first - GOP - 1);
        for (const { pts, shown } of whole) expect(Math.abs(shown - pts)).toBeLessThan(40);
      }
    });
  });

  test('damaged packets cost pictures of their group alone', async () => {
    await withDecoder(path, async (decoder, clip) => {
      const keyframe = clip.packets.findIndex((packet, i) => i > 15 && packet.isKeyframe);
      const hit = clip.packets.slice(11, 15);
      for (const packet of hit) packet.data = spoil(packet);
      const seen = await decodeAll(decoder, clip.packets, look);
      const from = Number(clip.packets[keyframe]?.pts) * clip.tick;
      const after = seen.filter((s) => s.pts >= from);
      expect(after).toHaveLength(clip.packets.filter((packet) => Number(packet.pts) * clip.tick >= from).length);
      for (const { pts, shown, damaged } of after) {
        expect(Math.abs(shown - pts)).toBeLessThan(40);
        expect(damaged).toBe(false);
      }
    });
  });
});

/** The packet with its second half replaced by noise. */
function spoil(packet: Packet): Buffer {
  const data = Buffer.from(packet.data ?? Buffer.alloc(0));
  const random = createRandom(7);
  for (let i = data.length >> 1; i < data.length; i++) data[i] = Math.floor(256 * random());
  return data;
}

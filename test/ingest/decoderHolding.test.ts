import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AV_CODEC_ID_NONE, AV_LOG_QUIET, AV_PKT_FLAG_CORRUPT } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { afterAll, expect, test } from 'vitest';
import { createDecoder } from '../../src/ingest/decoder.ts';
import type { DecodedPicture } from '../../src/ingest/decoder.ts';
import { decodeAll, look, makeClip, openClip, RAMP, withDecoder } from './clips.ts';

Log.setLevel(AV_LOG_QUIET);
const folder = mkdtempSync(join(tmpdir(), 'lookout-decoder-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FRAMES = 40;
const h264 = makeClip(folder, 'h264.mp4', RAMP, '-c:v', 'libx264', '-preset', 'veryfast', '-g', '10', '-bf', '2', '-pix_fmt', 'yuv420p');
const mjpeg = makeClip(folder, 'mjpeg.avi', RAMP, '-c:v', 'mjpeg', '-q:v', '3', '-pix_fmt', 'yuvj420p');

test('a picture whose packet the demuxer calls corrupt is damaged, and what follows it until the next keyframe', async () => {
  await withDecoder(h264, async (decoder, clip) => {
    const marked = clip.packets[13];
    marked?.setFlags(AV_PKT_FLAG_CORRUPT);
    const seen = await decodeAll(decoder, clip.packets, look);
    const at = Math.round(Number(marked?.pts) * clip.tick);
    const damaged = seen.filter((s) => s.damaged).map((s) => s.pts);
    // B-frames that are shown before it may refer to it
    expect(damaged[0]).toBeGreaterThanOrEqual(at - 300);
    expect(damaged[0]).toBeLessThanOrEqual(at);
    expect(damaged).toEqual(Array.from({ length: damaged.length }, (_, i) => 2000 - 100 * (damaged.length - i)));
  });
});

test('a stream that begins anew without a word goes on', async () => {
  await withDecoder(h264, async (decoder, clip) => {
    const seen = await decodeAll(decoder, [...clip.packets.slice(20), ...clip.packets.slice(0, 20)], look);
    expect(seen.map((s) => s.pts).toSorted((a, b) => a - b)).toEqual(Array.from({ length: FRAMES }, (_, i) => 100 * i));
    expect(seen.filter((s) => s.damaged)).toEqual([]);
  });
});

test('held pictures stay as they were while the decoder goes on, and after it is closed they can only be freed', async () => {
  const held: DecodedPicture[] = [];
  await withDecoder(h264, async (decoder, clip) => {
    for (const packet of [...clip.packets, null]) {
      for await (const picture of decoder.decode(packet)) held.push(picture);
    }
    expect(held).toHaveLength(FRAMES);
    const images = await Promise.all(held.map((picture) => picture.image()));
    images.forEach(({ width, height, data }, i) => {
      expect(data).toHaveLength(width * height * 3);
      // grey of the moment, full range
      expect(Math.abs((data[3 * width * (height >> 1)] ?? 0) - (5 * i * 255) / 219)).toBeLessThan(3);
    });
    expect((await Promise.all(held.map(look))).map((s) => Math.round(s.shown / 100))).toEqual(held.map((_, i) => i));
  });
  await expect(held[0]?.image()).rejects.toThrow('closed');
  for (const picture of held) picture.free();
});

test('memory stays where it is over thousands of pictures', async () => {
  await withDecoder(h264, async (decoder, clip) => {
    const round = async (): Promise<void> => {
      const held: DecodedPicture[] = [];
      for (const packet of [...clip.packets, null]) {
        for await (const picture of decoder.decode(packet)) {
          await picture.thumbnail();
          if (held.push(picture) > 7) held.shift()?.free();
        }
      }
      for (const picture of held) picture.free();
      decoder.flush();
    };
    for (let i = 0; i < 10; i++) await round();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 60; i++) await round();
    expect(decoder.decoded).toBe(70 * FRAMES);
    // the pictures of these rounds together have 90 MB
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(30);
  });
});

test('a header that asks for gigabytes gets nothing', async () => {
  await withDecoder(mjpeg, async (decoder, clip) => {
    const packet = clip.packets[5];
    const data = Buffer.from(packet?.data ?? Buffer.alloc(0));
    // SOF0: length, precision, height, width (ITU T.81 B.2.2)
    const size = data.indexOf(Buffer.from([0xff, 0xc0])) + 5;
    data.writeUInt16BE(65_000, size);
    data.writeUInt16BE(65_000, size + 2);
    if (packet) packet.data = data;
    const before = process.memoryUsage().rss;
    const seen = await decodeAll(decoder, clip.packets, look);
    expect(seen.map((s) => s.pts)).not.toContain(500);
    expect(seen.filter((s) => !s.damaged)).toHaveLength(FRAMES - 1);
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(200);
  });
});

test('a kind of video that nothing decodes is no video', async () => {
  const clip = await openClip(h264);
  clip.stream.codecpar.codecId = AV_CODEC_ID_NONE;
  await expect(createDecoder(clip, { frameSize: { minPixels: 1, maxPixels: 1 }, hardware: 'auto' })).rejects.toMatchObject({ code: 'CAMERA_NO_VIDEO' });
  await clip.close();
});

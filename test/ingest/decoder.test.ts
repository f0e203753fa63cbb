import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AV_CODEC_ID_NONE, AV_LOG_QUIET, AV_PKT_FLAG_CORRUPT } from 'node-av/constants';
import { Log } from 'node-av/lib';
import type { Packet } from 'node-av/lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDecoder } from '../../src/ingest/decoder.ts';
import type { DecodedPicture, Decoder } from '../../src/ingest/decoder.ts';
import { decodeAll, makeClip, openClip } from './clips.ts';
import type { OpenClip } from './clips.ts';
import { createRandom } from './random.ts';

Log.setLevel(AV_LOG_QUIET);
const folder = mkdtempSync(join(tmpdir(), 'lookout-decoder-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FRAMES = 40;
const GOP = 10;
/** Four seconds whose grey (16 + 50 a second, limited range) tells when each picture was taken. */
const RAMP = 'color=black:s=192x128:r=10:d=4,geq=lum=16+50*T:cb=128:cr=128';
const CODECS: Record<string, { file: string; args: string[] }> = {
  'H.264 with B-frames': { file: 'h264.mp4', args: ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-pix_fmt', 'yuv420p'] },
  'H.264 with open groups': { file: 'open.mkv', args: ['-c:v', 'libx264', '-preset', 'veryfast', '-x264-params', 'open-gop=1:bframes=3:b-adapt=0:b-pyramid=normal', '-pix_fmt', 'yuv420p'] },
  'H.265 with open groups': { file: 'hevc.mp4', args: ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', `keyint=${GOP}:min-keyint=${GOP}:bframes=3:open-gop=1:log-level=none`, '-pix_fmt', 'yuv420p'] },
  AV1: { file: 'av1.mp4', args: ['-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime', '-pix_fmt', 'yuv420p'] },
  MJPEG: { file: 'mjpeg.avi', args: ['-c:v', 'mjpeg', '-q:v', '3', '-pix_fmt', 'yuvj420p'] },
  VP9: { file: 'vp9.webm', args: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-pix_fmt', 'yuv420p'] },
};

interface Seen {
  readonly pts: number;
  readonly keyframe: boolean;
  readonly damaged: boolean;
  /** the moment that the picture itself tells of, ms */
  readonly shown: number;
}

const look = async (picture: DecodedPicture): Promise<Seen> => {
  const { mean } = await picture.thumbnail();
  const { pts, keyframe, damaged } = picture;
  return { pts: Math.round(pts), keyframe, damaged, shown: (mean * 219 * 1000) / 255 / 50 };
};

async function withDecoder<T>(path: string, use: (decoder: Decoder, clip: OpenClip) => Promise<T>): Promise<T> {
  const clip = await openClip(path);
  const decoder = await createDecoder(clip, { frameSize: { minPixels: 1024, maxPixels: 40_000 }, hardware: 'off' });
  try {
    return await use(decoder, clip);
  } finally {
    decoder.close();
    await clip.close();
  }
}

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

const h264 = (): string => join(folder, 'h264.mp4');

test('a picture whose packet the demuxer calls corrupt is damaged, and what follows it until the next keyframe', async () => {
  await withDecoder(h264(), async (decoder, clip) => {
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
  await withDecoder(h264(), async (decoder, clip) => {
    const seen = await decodeAll(decoder, [...clip.packets.slice(20), ...clip.packets.slice(0, 20)], look);
    expect(seen.map((s) => s.pts).toSorted((a, b) => a - b)).toEqual(Array.from({ length: FRAMES }, (_, i) => 100 * i));
    expect(seen.filter((s) => s.damaged)).toEqual([]);
  });
});

test('held pictures stay as they were while the decoder goes on, and after it is closed they can only be freed', async () => {
  const held: DecodedPicture[] = [];
  await withDecoder(h264(), async (decoder, clip) => {
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
  await withDecoder(h264(), async (decoder, clip) => {
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
  await withDecoder(join(folder, 'mjpeg.avi'), async (decoder, clip) => {
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
  const clip = await openClip(h264());
  clip.stream.codecpar.codecId = AV_CODEC_ID_NONE;
  await expect(createDecoder(clip, { frameSize: { minPixels: 1, maxPixels: 1 }, hardware: 'auto' })).rejects.toMatchObject({ code: 'CAMERA_NO_VIDEO' });
  await clip.close();
});

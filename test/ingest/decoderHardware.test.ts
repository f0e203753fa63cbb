import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AV_CODEC_ID_AV1, AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_LOG_QUIET } from 'node-av/constants';
import { avIsHardwarePixelFormat, Log } from 'node-av/lib';
import { afterAll, expect, test } from 'vitest';
import { openSoftware } from '../../src/ingest/picture/codec.ts';
import type { VideoCodec } from '../../src/ingest/picture/codec.ts';
import { deviceWays, opens } from '../../src/ingest/picture/devices.ts';
import { openCodec } from '../../src/ingest/picture/fallback.ts';
import { DeviceLost, openHardware } from '../../src/ingest/picture/hardware.ts';
import { makeClip, openClip } from './clips.ts';
import type { OpenClip } from './clips.ts';

Log.setLevel(AV_LOG_QUIET);
const folder = mkdtempSync(join(tmpdir(), 'lookout-hardware-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SOURCE = 'testsrc2=s=320x192:r=10:d=3';
const KINDS = {
  'H.264': ['h264.mp4', '-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-g', '10', '-pix_fmt', 'yuv420p'],
  'H.265': ['hevc.mp4', '-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'keyint=10:log-level=none', '-pix_fmt', 'yuv420p'],
  AV1: ['av1.mp4', '-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime', '-g', '10', '-pix_fmt', 'yuv420p'],
} as const;

/** Presentation times (tenths of a second) of the frames that a codec makes of a clip; they lie in the processor's memory. */
async function frames(codec: VideoCodec, clip: OpenClip): Promise<number[]> {
  const seen: number[] = [];
  for (const packet of [...clip.packets, null]) {
    await codec.send(packet);
    for (let frame = await codec.receive(); frame; frame = await codec.receive()) {
      expect(frame.isSwFrame()).toBe(true);
      seen.push(Math.round((Number(frame.bestEffortTimestamp) * clip.tick) / 100));
      frame.free();
    }
  }
  return seen;
}

const all = Array.from({ length: 30 }, (_, i) => i);

test("a codec's ways are those of libav's own decoders, into a device's memory", () => {
  for (const id of [AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_AV1]) {
    const ways = deviceWays(id);
    expect(ways.length).toBeGreaterThan(0);
    for (const { codec, format } of ways) {
      expect(codec.name).toMatch(/^(h264|hevc|av1)$/);
      expect(avIsHardwarePixelFormat(format)).toBe(true);
    }
  }
});

test.each(Object.entries(KINDS))('%s: whatever devices are there, open or do not, every frame comes', async (_name, [file, ...args]) => {
  const clip = await openClip(makeClip(folder, file, SOURCE, ...args));
  // all of them are tried, also those whose files are missing on this machine
  const ways = deviceWays(clip.stream.codecpar.codecId);
  const codec = await openCodec(clip.stream, 'auto', () => undefined, (stream) => openHardware(stream, ways));
  expect(await frames(codec, clip)).toEqual(all);
  expect([undefined, ...ways.map((way) => way.name)]).toContain(codec.hardware);
  codec.close();
  await clip.close();
});

test('a device that is not there does not open', async () => {
  expect(await opens('no such device')).toBe(false);
});

/** Stands for a device: decodes as long as it is asked to. No machine here has one that can be lost. */
function fragile(clip: OpenClip, from: number, when: 'send' | 'receive'): VideoCodec {
  const codec = openSoftware(clip.stream);
  let sent = 0;
  const fail = (): never => {
    throw new DeviceLost('gone');
  };
  return {
    hardware: 'fragile',
    send: (packet) => (sent++ === from && when === 'send' ? Promise.reject(new DeviceLost('gone')) : codec.send(packet)),
    receive: async () => (sent > from && when === 'receive' ? fail() : codec.receive()),
    flush: () => codec.flush(),
    close: () => codec.close(),
  };
}

test.each(['send', 'receive'] as const)('a device lost on the way costs what it held until the next keyframe (%s)', async (when) => {
  const clip = await openClip(join(folder, 'h264.mp4'));
  const told: boolean[] = [];
  for (const [from, missing] of [[13, 20], [10, 10], [0, 0]] as const) {
    const codec = await openCodec(clip.stream, 'auto', (packet) => told.push(packet?.isKeyframe ?? false), async () => fragile(clip, from, when));
    expect(codec.hardware).toBe('fragile');
    const seen = await frames(codec, clip);
    expect(codec.hardware).toBeUndefined();
    expect(seen.filter((at) => at >= missing)).toEqual(all.slice(missing));
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    codec.close();
  }
  expect(told).toEqual([false, true, true]);
  await clip.close();
});

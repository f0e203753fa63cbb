import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { afterAll, describe, expect, it } from 'vitest';
import { followClip } from '../../src/camera/clipFollow.ts';
import { startClip } from '../../src/camera/clipJob.ts';
import { createPacketRing } from '../../src/camera/packetRing.ts';
import type { PacketRing, RingPacket, TimedTrack } from '../../src/camera/packetRing.ts';
import { planSnapshot, takeSnapshot } from '../../src/camera/snapshot.ts';
import { makeClip, openClip, RAMP } from '../ingest/clips.ts';
import { readIndex } from '../peers/bars.ts';
import { barClip } from '../peers/makeClip.ts';
import type { ClipOptions } from '../peers/makeClip.ts';
import { EPOCH, ffprobe, indices, pictures, ringOfFile } from './recorded.ts';

Log.setLevel(AV_LOG_QUIET);
const folder = mkdtempSync(join(tmpdir(), 'lookout-media-'));
const left: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of left) await close();
  rmSync(folder, { recursive: true, force: true });
});

const FPS = 25;
const FRAMES = 150;
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

async function recorded(opts: Partial<ClipOptions> = {}) {
  const made = await barClip({ frames: FRAMES, fps: FPS, gop: 25, ...opts });
  const found = await ringOfFile(made.file, opts.codec ?? 'h264');
  left.push(found.close, made.remove);
  return found;
}

const kinds = [
  ['H.264', {}],
  ['H.264 with B-frames that refer to B-frames', { bframes: 3, extra: ['-b-pyramid', 'normal', '-preset', 'veryfast'] }],
  ['H.265 with B-frames', { codec: 'hevc' as const, bframes: 2 }],
] as const;

describe.each(kinds)('of %s', (name, opts) => {
  const media = recorded(opts);
  const file = (ending: string): string => join(folder, `${name.replaceAll(/\W/g, '')}.${ending}`);

  it('a clip holds every picture of its span, bit by bit, at its time', async () => {
    const { ring, packets } = await media;
    const path = file('mp4');
    const shown = await followClip(ring, { from: EPOCH + 1510, to: EPOCH + 3700 }, path).done;
    const probed = await ffprobe(path);
    const seen = await indices(path);
    expect(shown.from).toBe(EPOCH + 1000);
    // from the keyframe before 1.51 s on; no picture up to 3.7 s (the 92nd) is missing, and few follow
    expect(seen.slice(0, 93 - 25)).toEqual(range(25, 92));
    const last = seen.at(-1) ?? 0;
    expect(last).toBeLessThanOrEqual(93 + 4);
    expect(seen).toEqual(range(25, last));
    expect(shown.to).toBeCloseTo(EPOCH + last * 40, 3);
    expect(probed).toMatchObject({ codec: opts === kinds[2][1] ? 'hevc' : 'h264', tag: opts === kinds[2][1] ? 'hvc1' : 'avc1', frames: seen.length, start: 0 });
    expect(probed.duration).toBeCloseTo(seen.length / FPS, 3);
    probed.times.forEach((time, i) => expect(time).toBeCloseTo(40 * i, 0));
    const cut = await openClip(path);
    expect(cut.packets.map((packet) => Buffer.from(packet.data ?? []))).toEqual(packets.slice(25, 25 + seen.length));
    await cut.close();
    expect(probed.tags).toMatchObject({ creation_time: '2023-11-14T22:13:21.000000Z', comment: 'from 2023-11-14T22:13:21.000Z' });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('a snapshot shows the moment that was asked for, in full size', async () => {
    const { ring } = await media;
    for (const frame of [0, 26, 49, 97, 149]) {
      const path = file(`${frame}.jpg`);
      const { at, jpeg } = await takeSnapshot(planSnapshot(ring.groups, EPOCH + 40 * frame + 9));
      writeFileSync(path, jpeg);
      expect(at).toBeCloseTo(EPOCH + 40 * frame, 3);
      const [picture] = await pictures(path, 384, 256);
      expect(picture && readIndex(picture)).toEqual({ index: frame, damaged: false });
    }
    expect(() => planSnapshot(ring.groups, EPOCH - 5000)).toThrow('MEDIA_GONE');
    expect(() => planSnapshot(ring.groups, EPOCH + 20_000)).toThrow('MEDIA_GONE');
  });
});

describe('a clip', () => {
  it('waits for what is to come, and ends where its end was moved to', async () => {
    const { ring: all, track } = await recorded({ bframes: 2 });
    const ring = createPacketRing({ seconds: 1000, bytes: 64e6 });
    const packets = all.groups.flatMap((group) => group.packets);
    for (const packet of packets.slice(0, 60)) ring.push(track, packet);
    const path = join(folder, 'waits.mp4');
    const from = Date.now();
    // its end is taken for the wall clock, which the packets are far behind
    const clip = followClip(ring, { from: EPOCH + 1000, to: from + 60_000 }, path);
    for (const packet of packets.slice(60, 100)) ring.push(track, packet);
    await new Promise((resolve) => void setTimeout(resolve, 100));
    expect(existsSync(path)).toBe(true);
    clip.until(EPOCH + 4400);
    for (const packet of packets.slice(100)) ring.push(track, packet);
    const shown = await clip.done;
    const seen = await indices(path);
    expect(seen.slice(0, 111 - 25)).toEqual(range(25, 110));
    expect(seen.length).toBeLessThan(111 - 25 + 5);
    expect(shown.from).toBe(EPOCH + 1000);
  });

  it('ends with its connection, and leaves no file where nothing came', async () => {
    const { ring: all, track } = await recorded();
    const ring = createPacketRing({ seconds: 1000, bytes: 64e6 });
    const path = join(folder, 'torn.mp4');
    const clip = followClip(ring, { from: EPOCH, to: Date.now() + 60_000 }, path);
    const [first, second] = all.groups;
    for (const packet of first?.packets ?? []) ring.push(track, packet);
    ring.cut();
    expect(await clip.done).toEqual({ from: EPOCH, to: EPOCH + 24 * 40 });
    // another connection
    const later = followClip(ring, { from: EPOCH + 1000, to: Date.now() + 60_000 }, join(folder, 'later.mp4'));
    for (const packet of second?.packets ?? []) ring.push({ ...track }, packet);
    ring.cut();
    expect(await later.done).toEqual({ from: EPOCH + 1000, to: EPOCH + 49 * 40 });
    expect(await indices(path)).toEqual(range(0, 24));
    const none = join(folder, 'none.mp4');
    await expect(followClip(createPacketRing({ seconds: 1, bytes: 1e6 }), { from: EPOCH, to: EPOCH + 1000 }, none).done).rejects.toThrow('MEDIA_GONE');
    const job = startClip(none, all.groups[0] ?? expect.fail(), EPOCH);
    job.end();
    await expect(job.done).rejects.toThrow('MEDIA_GONE');
    expect(readdirSync(folder).filter((file) => file.startsWith('none'))).toEqual([]);
  });

  it('has the true times of what a sleeping camera let through', async () => {
    const { ring: all, track } = await recorded();
    const ring = createPacketRing({ seconds: 1000, bytes: 64e6 });
    all.groups.forEach((group, i) => {
      const part = i < 2 ? group.packets.slice(0, 1) : group.packets;
      for (const packet of part) ring.push(track, packet);
    });
    const path = join(folder, 'slept.mp4');
    await followClip(ring, { from: EPOCH, to: EPOCH + 3000 }, path).done;
    expect((await indices(path)).slice(0, 4)).toEqual([0, 25, 50, 51]);
    expect((await ffprobe(path)).times.slice(0, 4).map(Math.round)).toEqual([0, 1000, 2000, 2040]);
  });

  it('keeps a camera’s rotation; a snapshot stands upright', async () => {
    const made = await barClip({ frames: 50, fps: FPS });
    left.push(made.remove);
    const turned = join(folder, 'lying.mp4');
    execFileSync('ffmpeg', ['-v', 'error', '-i', made.file, '-c', 'copy', '-metadata:s:v', 'rotate=90', '-y', turned]);
    const { ring, close } = await ringOfFile(turned, 'h264');
    left.push(close);
    const path = join(folder, 'turned.mp4');
    await followClip(ring, { from: EPOCH, to: EPOCH + 1000 }, path).done;
    expect(Math.abs((await ffprobe(path)).rotation)).toBe(90);
    const jpeg = join(folder, 'turned.jpg');
    writeFileSync(jpeg, (await takeSnapshot(planSnapshot(ring.groups, EPOCH + 400))).jpeg);
    const [picture] = await pictures(jpeg, 256, 384);
    // its bars lie from top to bottom, or from bottom to top, as ffmpeg shows them too
    const read = (upright: { data: Uint8Array } | undefined): number => {
      const data = new Uint8Array(384 * 256 * 3);
      for (let y = 0; y < 256; y++) for (let x = 0; x < 384; x++) data[3 * (y * 384 + x) + 1] = upright?.data[3 * (x * 256 + y) + 1] ?? 0;
      return readIndex({ width: 384, height: 256, data }).index;
    };
    const truth = (await pictures(path, 256, 384))[10];
    expect([0x000a, 0x5000]).toContain(read(truth));
    expect(read(picture)).toBe(read(truth));
  });

  it.each([
    ['AV1', 'av1', 'a.mp4', 'av01', ['-c:v', 'libaom-av1', '-cpu-used', '8', '-g', '10']],
    ['MPEG-4 with B-frames around keyframes', 'mpeg4', 'b.mp4', 'mp4v', ['-c:v', 'mpeg4', '-g', '10', '-bf', '2']],
    ['H.265, open groups, 10 bits', 'hevc', 'c.ts', 'hvc1', ['-c:v', 'libx265', '-x265-params', 'keyint=10:open-gop=1:log-level=error:pools=1', '-pix_fmt', 'yuv420p10le']],
    ['H.264, open groups', 'h264', 'd.ts', 'avc1', ['-c:v', 'libx264', '-x264-params', 'keyint=10:open_gop=1:bframes=3:threads=1']],
    ['H.264 as RTMP brings it', 'h264', 'e.flv', 'avc1', ['-c:v', 'libx264', '-g', '10', '-threads', '1']],
  ] as const)('of %s plays, and so does a picture', async (_name, codec, name, tag, args) => {
    const made = makeClip(folder, name, RAMP, ...args);
    const { ring, close } = await ringOfFile(made, codec);
    left.push(close);
    const path = join(folder, `${name}.mp4`);
    const shown = await followClip(ring, { from: EPOCH + 1500, to: EPOCH + 2800 }, path).done;
    const probed = await ffprobe(path);
    expect(probed).toMatchObject({ tag, start: 0 });
    probed.times.forEach((time, i) => expect(time).toBeCloseTo(100 * i, 0));
    expect(probed.duration).toBeCloseTo(probed.frames / 10, 2);
    expect(shown.from).toBeLessThanOrEqual(EPOCH + 1500);
    expect(shown.to).toBeGreaterThanOrEqual(EPOCH + 2800);
    for (const at of [700, 1000, 1900, 2100]) {
      const taken = await takeSnapshot(planSnapshot(ring.groups, EPOCH + at + 20));
      expect(taken.at).toBeCloseTo(EPOCH + at, 0);
      const jpeg = join(folder, `${name}.jpg`);
      writeFileSync(jpeg, taken.jpeg);
      const [picture] = await pictures(jpeg, 192, 128);
      // its grey tells its second
      const grey = (picture?.data[3 * (64 * 192 + 96)] ?? 0) / 255;
      expect(Math.abs((grey * 219) / 50 - at / 1000)).toBeLessThan(0.09);
    }
  });

  it('that cannot be written is told, and leaves nothing', async () => {
    const { ring } = await recorded();
    await expect(followClip(ring, { from: EPOCH, to: EPOCH + 1000 }, join(folder, 'no', 'such', 'folder.mp4')).done).rejects.toThrow('MEDIA_WRITE');
    expect(existsSync(join(folder, 'no'))).toBe(false);
  });

  it('of packets that are damaged, or that MP4 cannot hold, harms nobody', async () => {
    const { ring: all, track } = await recorded();
    const packets = all.groups.flatMap((group) => group.packets);
    const wild: RingPacket[] = packets.map((packet, i) => {
      const copy = packet.packet.clone() ?? expect.fail();
      if (i % 3 === 0) copy.data = Buffer.from((packet.packet.data ?? Buffer.alloc(0)).map((byte, k) => (k > 40 && k % 7 === 0 ? byte ^ 0xff : byte)));
      return { ...packet, packet: copy, free: () => copy.free() };
    });
    const ring: PacketRing = createPacketRing({ seconds: 1000, bytes: 64e6 });
    for (const packet of wild) ring.push(track, packet);
    await followClip(ring, { from: EPOCH, to: EPOCH + 3000 }, join(folder, 'wild.mp4')).done;
    await takeSnapshot(planSnapshot(ring.groups, EPOCH + 1000)).catch((error: unknown) => expect(String(error)).toContain('MEDIA_'));
    const unknown: TimedTrack = { ...track, codec: 'hevc' };
    const odd = createPacketRing({ seconds: 1000, bytes: 64e6 });
    for (const packet of packets) odd.push(unknown, packet);
    await followClip(odd, { from: EPOCH, to: EPOCH + 3000 }, join(folder, 'odd.mp4')).done.catch((error: unknown) => expect(String(error)).toContain('MEDIA_WRITE'));
    ring.clear();
  });
});

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createPacketRing } from '../../src/camera/packetRing.ts';
import type { PacketRing, TimedTrack } from '../../src/camera/packetRing.ts';
import { startRecording } from '../../src/camera/recording.ts';
import type { RecordingJob, RecordingOptions } from '../../src/camera/recording.ts';
import type { Recorded } from '../../src/camera/recordWire.ts';
import { plannedCut } from '../../src/recordings/cutPlan.ts';
import { readFragmented } from '../../src/recordings/fragmented.ts';
import { TIMESCALE } from '../../src/recordings/progressive.ts';
import { EPOCH, ffprobe, ringOfFile } from '../media/recorded.ts';
import { barClip } from '../peers/simulator.ts';
import { makePlace, shownIn } from './recorded.ts';

const FPS = 25;
const FRAMES = 300;
const PERIOD = 1000 / FPS;
const END = EPOCH + FRAMES * PERIOD;

const place = makePlace();
const left: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const remove of left) await remove();
  place.remove();
});

const bars = once(async () => {
  const made = await barClip({ frames: FRAMES, fps: FPS, gop: 25 });
  left.push(made.remove);
  return made.file;
});

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

interface Taken extends RecordingJob {
  readonly said: Recorded[];
}

function recorded(ring: PacketRing, camera: string, opts: Partial<RecordingOptions> = {}): Taken {
  const said: Recorded[] = [];
  const job = startRecording(ring, { folder: place.options(camera).folder, seconds: 3, continuous: false, ...opts }, (message) => said.push(message));
  return { ...job, said };
}

async function ringOf(file: string, codec: string): Promise<{ ring: PacketRing; track: TimedTrack }> {
  const opened = await ringOfFile(file, codec);
  left.push(opened.close);
  return opened;
}

const rest = { kind: 'record', from: EPOCH, to: EPOCH + 1e9 } as const;
const codes = (said: readonly Recorded[]): string[] => said.flatMap((one) => (one.kind === 'unrecorded' ? [one.code] : []));

describe('a recording', { timeout: 60_000 }, () => {
  it.each([
    ['H.264', 'h264', 'a.mp4', ['-c:v', 'copy']],
    ['H.264, open groups', 'h264', 'b.ts', ['-c:v', 'libx264', '-x264-params', 'keyint=25:min-keyint=25:scenecut=0:open_gop=1:bframes=3:threads=1']],
    ['H.265, open groups, 10 bits', 'hevc', 'c.ts', ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'keyint=25:open-gop=1:bframes=3:log-level=error:pools=1', '-pix_fmt', 'yuv420p10le']],
    ['H.264 as RTMP brings it', 'h264', 'd.flv', ['-c:v', 'copy']],
  ] as const)('of %s is in files without a picture lost or shown twice between them', async (_name, codec, name, args) => {
    const camera = name.slice(0, 1);
    const clip = join(place.folder, name);
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', await bars(), ...args, clip]);
    const { ring } = await ringOf(clip, codec);
    const job = recorded(ring, camera);
    job.told(rest);
    await job.close();
    expect(job.said.map(({ kind }) => kind)).toEqual(Array(4).fill('recorded'));
    for (const { file, from, to } of place.recordings.segments(camera, EPOCH, END)) {
      const { times, codec: found } = await ffprobe(file);
      expect(found).toBe(codec);
      // the last of an open group is shown by both
      expect(times.at(-1)).toBeGreaterThanOrEqual(to - from - 2 * PERIOD);
    }
    expect(place.recordings.stretches(camera, 0, 1e14)).toEqual([{ camera, from: EPOCH, to: expect.closeTo(END, -1) }]);

    const file = join(place.folder, `${name}.mp4`);
    const shown = await place.recordings.cut(camera, EPOCH + 2500, EPOCH + 9500, file);
    const seen = await shownIn(file, shown);
    expect(shown).toMatchObject({ from: EPOCH + 2000, gaps: [] });
    expect(seen.map(({ index }) => index)).toEqual(seen.map((_, i) => 50 + i));
    expect(seen.at(-1)?.index).toBeGreaterThanOrEqual(237);
    for (const { index, at } of seen) expect(Math.abs(at - EPOCH - index * PERIOD)).toBeLessThan(1.5);
  });

  it('of AV1 plays as well', async () => {
    const clip = join(place.folder, 'e.mkv');
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', await bars(), '-t', '3', '-vf', 'scale=192:128', '-c:v', 'libaom-av1', '-cpu-used', '8', '-g', '25', '-lag-in-frames', '0', clip]);
    const { ring } = await ringOf(clip, 'av1');
    const job = recorded(ring, 'av1', { seconds: 1 });
    job.told(rest);
    await job.close();
    const file = join(place.folder, 'e.mp4');
    expect(await place.recordings.cut('av1', EPOCH + 500, EPOCH + 2500, file)).toMatchObject({ from: EPOCH, gaps: [] });
    expect(await ffprobe(file)).toMatchObject({ codec: 'av1', tag: 'av01', start: 0, frames: 63 });
  });

  it('takes what is ordered, from the keyframe before it, also of what is remembered, and goes on with what comes', async () => {
    const { ring: all, track } = await ringOf(await bars(), 'h264');
    const ring = createPacketRing({ seconds: 1000, bytes: 64e6 });
    const packets = all.groups.flatMap(({ packets: its }) => its);
    const push = (from: number, to: number): void => packets.slice(from, to).forEach((packet) => ring.push(track, { ...packet, free: () => undefined }));
    const job = recorded(ring, 'ordered');
    push(0, 100);
    expect(job.active).toBe(false);
    job.told({ kind: 'record', from: EPOCH + 1500, to: EPOCH + 4500 });
    push(100, 160);
    // contiguous activity
    job.told({ kind: 'record', from: EPOCH + 1500, to: EPOCH + 6500 });
    push(160, FRAMES);
    await expect.poll(() => job.said.length).toBeGreaterThanOrEqual(2);
    expect(place.recordings.stretches('ordered', 0, 1e14)).toEqual([{ camera: 'ordered', from: EPOCH + 1000, to: EPOCH + 7000 }]);
    // another one, of moments that are past already
    job.told({ kind: 'record', from: EPOCH + 9000, to: EPOCH + 9500 });
    await job.close();
    expect(place.recordings.stretches('ordered', 0, 1e14).slice(1)).toEqual([{ camera: 'ordered', from: EPOCH + 9000, to: EPOCH + 10_000 }]);
    expect(job.active).toBe(false);
  });

  it('holds all of a group that is larger than what is remembered', async () => {
    const { ring: all, track } = await ringOf(await bars(), 'h264');
    const ring = createPacketRing({ seconds: 0, bytes: 40_000 });
    const job = recorded(ring, 'large', { continuous: true, seconds: 100 });
    const packets = all.groups.flatMap(({ packets: its }) => its);
    packets.forEach((packet, i) => ring.push(track, { ...packet, keyframe: i === 0, packet: packet.packet.clone() ?? expect.fail(), free: () => undefined }));
    expect(ring.groups).toHaveLength(0);
    await job.close();
    expect(place.recordings.stretches('large', 0, 1e14)).toEqual([{ camera: 'large', from: EPOCH, to: END }]);
  });

  it('of one picture a second is on the disk soon', async () => {
    const made = await barClip({ frames: 20, fps: 1, gop: 10 });
    left.push(made.remove);
    const { ring: all, track } = await ringOf(made.file, 'h264');
    const ring = createPacketRing({ seconds: 1000, bytes: 64e6 });
    const job = recorded(ring, 'rare', { continuous: true, seconds: 60 });
    const packets = all.groups.flatMap(({ packets: its }) => its);
    for (const packet of packets.slice(0, 8)) ring.push(track, { ...packet, free: () => undefined });
    await expect.poll(() => place.recordings.stretches('rare', 0, 1e14)[0]?.to).toBeGreaterThanOrEqual(EPOCH + 6000);
    for (const packet of packets.slice(8)) ring.push(track, { ...packet, free: () => undefined });
    await job.close();
    const file = join(place.folder, 'rare.mp4');
    const shown = await place.recordings.cut('rare', EPOCH, EPOCH + 20_000, file);
    expect(shown).toMatchObject({ from: EPOCH, gaps: [] });
    expect((await shownIn(file, shown)).map(({ index, at }) => [index, Math.round((at - EPOCH) / 1000)])).toEqual(Array.from({ length: 20 }, (_, i) => [i, i]));
  });

  it('stops where the disk has no room, says so once, and goes on when there is some', async () => {
    const { ring: all, track } = await ringOf(await bars(), 'h264');
    const ring = createPacketRing({ seconds: 1000, bytes: 64e6 });
    let room = 200e6;
    const job = recorded(ring, 'full', { continuous: true, free: () => Promise.resolve(room), pause: 10 });
    const packets = all.groups.flatMap(({ packets: its }) => its);
    const push = async (from: number, to: number): Promise<void> => {
      for (const packet of packets.slice(from, to)) {
        ring.push(track, { ...packet, free: () => undefined });
        if (packet.keyframe) await new Promise((resolve) => setTimeout(resolve, 30));
      }
    };
    await push(0, 130);
    expect(codes(job.said)).toEqual(['RECORDINGS_SPACE']);
    expect(place.files('full')).toEqual([]);
    room = 1e9;
    await push(130, FRAMES);
    await job.close();
    expect(codes(job.said)).toEqual(['RECORDINGS_SPACE', 'RECORDINGS_SPACE']);
    const over = job.said.findLast((one) => one.kind === 'unrecorded');
    expect(over?.kind === 'unrecorded' && over.to > over.from).toBe(true);
    const [stretch, ...others] = place.recordings.stretches('full', 0, 1e14);
    expect(others).toEqual([]);
    expect(stretch?.from).toBeGreaterThan(EPOCH + 4000);
    expect(stretch?.to).toBe(END);
  });

  it('whose disk fails in the middle keeps what is written', async () => {
    const { ring } = await ringOf(await bars(), 'h264');
    const day = join(place.options('broken').folder, '2023-11-14');
    mkdirSync(day, { recursive: true });
    // every write to it finds no space
    symlinkSync('/dev/full', join(day, `${EPOCH}-u0-file.mp4.part`));
    const job = recorded(ring, 'broken');
    job.told(rest);
    await job.close();
    expect(codes(job.said)).toEqual(['RECORDINGS_WRITE', 'RECORDINGS_WRITE']);
    expect(place.recordings.stretches('broken', 0, 1e14)).toEqual([{ camera: 'broken', from: EPOCH + 3000, to: END }]);
  });

  it('whose disk is too slow leaves out whole stretches, and says so', async () => {
    const clip = join(place.folder, 'noise.mp4');
    const noise = randomBytes(2 * 640 * 360);
    const raw = Array.from({ length: 100 }, (_, i) => noise.subarray(i * 1024, i * 1024 + (640 * 360 * 3) / 2));
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', '640x360', '-r', '25', '-i', 'pipe:0', '-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '1', '-g', '5', clip], { input: Buffer.concat(raw) });
    const { ring } = await ringOf(clip, 'h264');
    const day = join(place.options('slow').folder, '2023-11-14');
    mkdirSync(day, { recursive: true });
    // a pipe takes nothing until somebody reads it
    const part = join(day, `${EPOCH}-u0-file.mp4.part`);
    execFileSync('mkfifo', [part]);
    const job = recorded(ring, 'slow', { seconds: 1, waiting: 5e6 });
    job.told(rest);
    expect(codes(job.said)).toEqual(['RECORDINGS_WRITE']);
    let read = 0;
    createReadStream(part).on('data', (bytes) => (read += bytes.length));
    await expect.poll(() => read).toBeGreaterThan(5e6);
    ring.clear();
    const { ring: more, track } = await ringOf(await bars(), 'h264');
    for (const packet of more.groups.flatMap(({ packets }) => packets).slice(150)) ring.push(track, { ...packet, free: () => undefined });
    await job.close();
    expect(codes(job.said)).toEqual(['RECORDINGS_WRITE', 'RECORDINGS_WRITE']);
    const [begun, over] = job.said.filter((one) => one.kind === 'unrecorded');
    expect(begun).toMatchObject({ detail: expect.stringContaining('does not keep up') });
    const [, resumed] = job.said.flatMap((one) => (one.kind === 'recorded' ? [one.segment] : []));
    expect(over).toMatchObject({ from: begun?.from, to: resumed?.from });
    expect(resumed?.from).toBeGreaterThanOrEqual(EPOCH + 6000);
  });

  it.each([['H.264', 'h264', 'libx264', ['-b-pyramid', 'normal']], ['H.265', 'hevc', 'libx265', ['-x265-params', 'log-level=error']]] as const)('of %s with B-frames has no hole at the end of a cut, wherever that is, also while it grows', async (_name, codec, encoder, args) => {
    const [camera, clip] = [`reordered-${codec}`, join(place.folder, `reordered-${codec}.mp4`)];
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', await bars(), '-c:v', encoder, '-preset', 'ultrafast', '-g', '25', '-bf', '3', ...args, '-t', '6', clip]);
    const { ring } = await ringOf(clip, codec);
    const job = recorded(ring, camera, { seconds: 100 });
    job.told(rest);
    await job.close();
    const { file = '', to } = place.recordings.segments(camera, EPOCH, END)[0] ?? {};
    const coded = readFragmented(file)?.samples ?? [];
    expect(coded.filter(({ pts }, i) => pts < (coded[i - 1]?.pts ?? 0)).length).toBeGreaterThan(50);
    /** how many pictures are shown, all of the first so many coded ones */
    const shown = async (listed: { file: string; to: number; growing: boolean }, until: number): Promise<number> => {
      const plan = await plannedCut([{ from: EPOCH, uncertainty: 0, timeSource: 'file', ...listed }], { camera, from: EPOCH, to: until });
      const samples = plan?.samples ?? [];
      expect(samples.map(({ pts }) => Math.round((pts * FPS) / TIMESCALE)).toSorted((a, b) => a - b)).toEqual(samples.map((_, i) => i));
      expect(samples.map(({ offset }) => offset)).toEqual(coded.slice(0, samples.length).map(({ offset }) => offset));
      if (plan) expect(plan.to).toBeCloseTo(EPOCH + samples.length * PERIOD, -1);
      return samples.length;
    };
    for (let i = 0; i < 150; i++) {
      const count = await shown({ file, to: to ?? 0, growing: false }, EPOCH + (i + 0.5) * PERIOD);
      expect(count).toBeGreaterThan(i);
      expect(count).toBeLessThanOrEqual(i + 4);
    }
    const [bytes, part] = [readFileSync(file), join(place.folder, `${codec}.growing`)];
    for (let size = bytes.length; size > bytes.indexOf('mdat'); size = bytes.lastIndexOf('moof', size - 5)) {
      writeFileSync(part, bytes.subarray(0, size));
      expect(await shown({ file: part, to: EPOCH + 1, growing: true }, END)).toBeGreaterThanOrEqual((readFragmented(part)?.samples.length ?? 0) - 8);
    }
  });

  it('is read as far as it is whole, wherever it was cut short', async () => {
    const { ring } = await ringOf(await bars(), 'h264');
    const job = recorded(ring, 'short', { seconds: 100 });
    job.told(rest);
    await job.close();
    const [file = ''] = place.files('short').map((name) => join(place.options('short').folder, name));
    const bytes = readFileSync(file);
    const part = join(place.options('cut').folder, '2023-11-14', `${EPOCH}-u0-file.mp4.part`);
    mkdirSync(join(part, '..'), { recursive: true });
    let before = 0;
    for (let size = 0; size <= bytes.length; size += 997) {
      writeFileSync(part, bytes.subarray(0, size));
      const [stretch] = place.recordings.stretches('cut', 0, 1e14);
      const length = stretch ? stretch.to - stretch.from : 0;
      expect(length).toBeGreaterThanOrEqual(before);
      before = length;
    }
    expect(before).toBeGreaterThanOrEqual(11_000);
    // and whatever its bytes are
    for (let at = 0; at < 1600; at += 9) {
      const broken = Buffer.from(bytes);
      broken.writeUInt32BE(at % 2 === 0 ? 0xffff_fff0 : 0x0100_0000 + at, at);
      writeFileSync(part, broken);
      place.recordings.stretches('cut', 0, 1e14);
      await place.recordings.cut('cut', EPOCH, END, join(place.folder, 'broken.mp4')).catch((error: unknown) => expect(String(error)).toMatch(/MEDIA_(GONE|WRITE)/));
    }
    truncateSync(part, 0);
    await expect(place.recordings.cut('cut', EPOCH, END, join(place.folder, 'none.mp4'))).rejects.toThrow('MEDIA_GONE');
    expect(existsSync(join(place.folder, 'none.mp4'))).toBe(false);
    expect(readdirSync(place.folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, firstValueFrom } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import type { LiveStream } from '../../src/camera/live.ts';
import { watch } from '../ingest/watch.ts';
import { indices } from '../media/recorded.ts';
import { barCameras, FPS, FRAMES } from '../peers/barCameras.ts';
import { barClip, makeClip } from '../peers/simulator.ts';
import { flvTags, flvToMp4 } from './flv.ts';


const folder = mkdtempSync(join(tmpdir(), 'lookout-live-'));
const cameras = barCameras();

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Takes what comes for a while, or until the end. */
async function take({ stream }: LiveStream, ms: number): Promise<{ bytes: Buffer; ended: boolean }> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = await Promise.race([new Promise<boolean>((resolve) => void stream.once('close', () => resolve(true))), sleep(ms, false)]);
  stream.destroy();
  return { bytes: Buffer.concat(chunks), ended };
}

async function shown(bytes: Buffer): Promise<number[]> {
  const file = join(folder, 'shown.flv');
  const mp4 = join(folder, 'shown.mp4');
  writeFileSync(file, bytes);
  await flvToMp4(file, mp4);
  return indices(mp4);
}

const kinds = [
  ['H.264', 'h264', {}],
  ['H.264 with B-frames', 'h264', { bframes: 2 }],
  ['H.265 with B-frames', 'hevc', { codec: 'hevc', bframes: 2 }],
] as const;

describe('a camera watched live', { timeout: 120_000 }, () => {
  it.each(kinds)('in %s: from the last keyframe on, every picture once, and the newest', async (_name, codec, opts) => {
    const url = await cameras.serve(`${codec}${Object.keys(opts).length}`, opts);
    const watched = watch(url, cameras.signal, { gate: false });
    // an RTSP stream's first keyframe may tell no time
    await watched.more(24);
    const asked = Date.now();
    const live = await watched.camera.live();
    expect(live).toMatchObject({ type: 'video/x-flv', codec });
    const { bytes, ended } = await take(live, 3000);
    const until = Date.now();
    expect(ended).toBe(false);
    const { keyframe, times } = flvTags(bytes);
    expect(keyframe).toBe(true);
    times.slice(1).forEach((time, i) => expect(time).toBeGreaterThan(times[i] ?? 0));
    const seen = await shown(bytes);
    // cut off anywhere, it ends with a picture that B-frames refer to which are still to come
    const settled = seen.slice(0, -2);
    expect(settled).toEqual(settled.map((_, i) => ((seen[0] ?? 0) + i) % FRAMES));
    const path = url.split('/').at(-1) ?? '';
    expect(cameras.simulator.truth(path, seen[0] ?? 0, asked)).toBeLessThan(asked);
    // what is behind is decoding order, and a busy machine
    expect(until - cameras.simulator.truth(path, seen.at(-1) ?? 0, until)).toBeLessThan(1000);
  });

  it('by several at once, each from its own beginning, and by no more than eight', async () => {
    const watched = watch(await cameras.serve('many'), cameras.signal, { gate: false });
    await watched.more(16);
    const lives = await Promise.all(Array.from({ length: 8 }, () => watched.camera.live()));
    await expect(watched.camera.live()).rejects.toMatchObject({ code: 'LIVE_BUSY' });
    const all = await Promise.all(lives.map((live) => take(live, 1500)));
    const seen = await shown(all[3]?.bytes ?? Buffer.of());
    expect(seen).toEqual(seen.map((_, i) => ((seen[0] ?? 0) + i) % FRAMES));
    expect(all.every(({ bytes }) => bytes.length > 0.7 * (all[0]?.bytes.length ?? 0))).toBe(true);
    const again = await watched.camera.live();
    again.stream.destroy();
  });

  it('ends when the camera breaks off, says why there is nothing, and begins anew when it is back', async () => {
    const watched = watch(await cameras.serve('cut'), cameras.signal, { gate: false });
    await watched.more(16);
    const taking = take(await watched.camera.live(), 60_000);
    await sleep(500);
    await cameras.simulator.tell('cut', { state: 'refusing', cut: true });
    const { bytes, ended } = await taking;
    expect(ended).toBe(true);
    expect((await shown(bytes)).length).toBeGreaterThan(5);
    await watched.until('offline');
    await expect(watched.camera.live()).rejects.toThrow(/^CAMERA_/);
    await cameras.simulator.tell('cut', { state: 'up' });
    await watched.more(16);
    expect((await take(await watched.camera.live(), 3000)).bytes.length).toBeGreaterThan(1000);
  });

  it('ends with its process', async () => {
    const watched = watch(await cameras.serve('killed'), cameras.signal, { gate: false });
    await watched.more(16);
    const taking = take(await watched.camera.live(), 60_000);
    process.kill(watched.camera.childPid ?? 0, 'SIGKILL');
    expect((await taking).ended).toBe(true);
    await expect(watched.camera.live()).rejects.toMatchObject({ code: 'CHILD_EXITED' });
  });

  it('ends where the format changes: the next one is in the new format', async () => {
    const watched = watch(await cameras.serve('changed'), cameras.signal, { gate: false });
    await watched.more(16);
    const taking = take(await watched.camera.live(), 60_000);
    const other = await barClip({ frames: 100, fps: FPS, gop: 25, width: 512, height: 288 });
    await sleep(300);
    await cameras.simulator.tell('changed', { clip: cameras.lent(other) });
    const { bytes, ended } = await taking;
    expect(ended).toBe(true);
    expect((await shown(bytes)).length).toBeGreaterThan(5);
    await watched.more(16);
    const next = await take(await watched.camera.live(), 2500);
    const file = join(folder, 'next.flv');
    writeFileSync(file, next.bytes);
    expect((await indices(file, 512, 288)).length).toBeGreaterThan(5);
  });

  it('by one who reads too slowly: it is sent no more than a window, goes on at a keyframe, and is cut loose when it stops reading', async () => {
    // some 4 MB a second
    const watched = watch(await cameras.serve('slow', { noise: 30, crf: 1, frames: 500 }), cameras.signal, { gate: false, record: { seconds: 6, mb: 48, before: 0 } });
    await watched.more(16);
    const slow = await watched.camera.live();
    const chunks: Buffer[] = [];
    let paused = false;
    slow.stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (paused || chunks.length < 3) return;
      paused = true;
      slow.stream.pause();
      setTimeout(() => slow.stream.resume(), 7000);
    });
    await sleep(7000);
    const begun = Buffer.concat(chunks).length;
    await sleep(5000);
    slow.stream.destroy();
    const bytes = Buffer.concat(chunks);
    // ten seconds and more of it cannot all have come
    expect(bytes.length - begun).toBeGreaterThan(8e6);
    const seen = await shown(bytes);
    const leaps = seen.slice(1).filter((index, i) => index !== ((seen[i] ?? 0) + 1) % 500);
    expect(leaps.length).toBeGreaterThan(0);
    expect(leaps.length).toBeLessThan(4);
    expect(leaps.every((index) => index % 50 === 0)).toBe(true);

    const stuck = await watched.camera.live();
    const closed = new Promise((resolve) => void stuck.stream.once('close', resolve));
    await closed;
    // the others did not notice
    expect((await take(await watched.camera.live(), 500)).bytes.length).toBeGreaterThan(100_000);
  });

  it('sleeps no less afterwards, and while it sleeps its packets come at once', { timeout: 240_000 }, async () => {
    const made = await makeClip({ frames: 2500, fps: FPS, gop: 50 }, (_index, i420) => {
      for (let i = 0; i < i420.length; i++) i420[i] = 90 + (i % 31);
    });
    await cameras.simulator.tell('sleeper', { clip: cameras.lent(made), fps: FPS, reports: { every: 1000, late: 0, prompt: 0 } });
    const watched = watch(cameras.simulator.url('sleeper'), cameras.signal, { sample: { frameRate: 4, idleInterval: 2, adaptive: true, lookBack: 2 } });
    const slept = (facts: { asleep: number; observed: number }): number => facts.asleep * facts.observed;
    await firstValueFrom(watched.camera.facts$.pipe(filter((facts) => slept(facts) > 12)));
    const begun = Date.now();
    const live = await watched.camera.live();
    expect(Date.now() - begun).toBeLessThan(5000);
    const arrivals: number[] = [];
    live.stream.on('data', () => arrivals.push(Date.now()));
    await sleep(5000);
    live.stream.destroy();
    // one by one, not in heaps
    expect(arrivals.length).toBeGreaterThan(60);
    const facts = await firstValueFrom(watched.camera.facts$);
    const later = await firstValueFrom(watched.camera.facts$.pipe(filter((one) => one.observed > facts.observed + 6)));
    expect(slept(later) - slept(facts)).toBeGreaterThan(5);
    expect(later.decoded - facts.decoded).toBeLessThan(20);
  });
});

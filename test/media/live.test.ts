import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, firstValueFrom } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import { watch } from '../ingest/watch.ts';
import { barCameras, FPS, FRAMES } from '../peers/barCameras.ts';
import { barClip, makeClip, readIndex } from '../peers/simulator.ts';
import { ffprobe, indices, pictures } from './recorded.ts';

const RECORD = { seconds: 30, mb: 32, before: 5 };
const PERIOD = 1000 / FPS;

const folder = mkdtempSync(join(tmpdir(), 'lookout-live-'));
const cameras = barCameras();

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const kinds = [
  ['H.264', 'plain', {}],
  ['H.264 with B-frames', 'b', { bframes: 2 }],
  ['H.265 with B-frames', 'hevc', { codec: 'hevc', bframes: 2 }],
] as const;

describe('an RTSP camera', { timeout: 120_000 }, () => {
  it.each(kinds)('of %s has the clip and the picture of a moment, to the frame', async (_name, path, opts) => {
    const watched = watch(await cameras.serve(path, opts), cameras.signal, { record: RECORD, gate: false });
    await watched.more(40);
    const at = Date.now() - 1500;
    const jpeg = join(folder, `${path}.jpg`);
    expect(await watched.camera.snapshot(at, jpeg)).toBe(true);
    const [picture] = await pictures(jpeg, 384, 256);
    const { index, damaged } = readIndex(picture ?? expect.fail());
    expect(damaged).toBe(false);
    expect(Math.abs(cameras.simulator.truth(path, index, at) - at)).toBeLessThanOrEqual(PERIOD);

    // a second of it is still to come
    const [from, to, file] = [at - 1000, Date.now() + 1000, join(folder, `${path}.mp4`)];
    const shown = await watched.camera.clip(from, to, file);
    const seen = await indices(file);
    const times = seen.map((one) => cameras.simulator.truth(path, one, at));
    const probed = await ffprobe(file);
    expect(seen).toEqual(seen.map((_, i) => ((seen[0] ?? 0) + i) % FRAMES));
    expect(times[0]).toBeLessThanOrEqual(from + PERIOD);
    expect(times[0]).toBeGreaterThanOrEqual(from - 50 * PERIOD - PERIOD);
    expect(times.at(-1)).toBeGreaterThanOrEqual(to - PERIOD);
    expect(times.at(-1)).toBeLessThanOrEqual(to + 6 * PERIOD);
    expect(Math.abs((shown?.from ?? 0) - (times[0] ?? 0))).toBeLessThanOrEqual(PERIOD);
    expect(Math.abs((shown?.to ?? 0) - (times.at(-1) ?? 0))).toBeLessThanOrEqual(PERIOD);
    expect(probed.frames).toBe(seen.length);
    expect(Math.abs(probed.duration - seen.length / FPS)).toBeLessThan(0.1);
    expect(probed.tags.comment).toBe(`from ${new Date(shown?.from ?? 0).toISOString()}`);
  });

  it('that sleeps has the picture and the clip of a moment at which nothing happened, and what follows', { timeout: 240_000 }, async () => {
    // bars that never change: a scene in which nothing moves
    const made = await makeClip({ frames: 500, fps: FPS, gop: 50 }, (_index, i420) => {
      for (let i = 0; i < i420.length; i++) i420[i] = 90 + (i % 31);
    });
    await cameras.simulator.tell('sleeper', { clip: cameras.lent(made), fps: FPS, reports: { every: 1000, late: 0, prompt: 0 } });
    const watched = watch(cameras.simulator.url('sleeper'), cameras.signal, { record: RECORD, sample: { frameRate: 4, idleInterval: 2, adaptive: true, lookBack: 2 } });
    await firstValueFrom(watched.camera.facts$.pipe(filter(({ asleep, observed }) => asleep * observed > 15)));
    const at = Date.now() - 500;
    const jpeg = join(folder, 'sleeper.jpg');
    const file = join(folder, 'sleeper.mp4');
    const clip = watched.camera.clip(at - 3000, at + 3000, file);
    expect(await watched.camera.snapshot(at, jpeg)).toBe(true);
    const shown = await clip;
    expect(Math.abs((shown?.from ?? 0) - (at - 3000))).toBeLessThan(2100);
    expect(shown?.to).toBeGreaterThanOrEqual(at + 3000 - PERIOD);
    const { times, frames } = await ffprobe(file);
    expect(Math.abs((times.at(-1) ?? 0) - ((shown?.to ?? 0) - (shown?.from ?? 0)))).toBeLessThan(2);
    // nothing is missing in between
    expect(frames).toBe(Math.round((times.at(-1) ?? 0) / PERIOD) + 1);

    // it sleeps again, until something moves: what was before that is there as well
    const slept = (facts: { asleep: number; observed: number }): number => facts.asleep * facts.observed;
    const before = slept(await firstValueFrom(watched.camera.facts$));
    await firstValueFrom(watched.camera.facts$.pipe(filter((facts) => slept(facts) > before + 10)));
    const bars = await barClip({ frames: FRAMES, fps: FPS, gop: 50 });
    await cameras.simulator.tell('sleeper', { clip: cameras.lent(bars) });
    const moved = Date.now();
    await firstValueFrom(watched.camera.frames$.pipe(filter((frame) => frame.at > moved + 1000)));
    const woken = join(folder, 'woken.mp4');
    const kept = await watched.camera.clip(moved - 4000, moved + 2500, woken);
    expect(kept?.from).toBeLessThanOrEqual(moved - 4000 + PERIOD);
    expect(kept?.from).toBeGreaterThan(moved - 4000 - 2100);
    const probed = await ffprobe(woken);
    probed.times.slice(1).forEach((time, i) => expect(time - (probed.times[i] ?? 0)).toBeLessThan(3 * PERIOD));
    const last = (await indices(woken)).slice(-50);
    expect(last).toEqual(last.map((_, i) => (last[0] ?? 0) + i));
  });

  it('whose own clock is believed, though it is an hour slow, has its clip by that', async () => {
    const url = await cameras.serve('slow');
    await cameras.simulator.tell('slow', { ntpOffset: -3_600_000 });
    const watched = watch(url, cameras.signal, { record: RECORD, gate: false, clock: 'camera' });
    await firstValueFrom(watched.camera.frames$.pipe(filter(({ timeSource }) => timeSource === 'rtcp')));
    await watched.more(16);
    const at = watched.frames.at(-1)?.at ?? Number.NaN;
    expect(Math.abs(at + 3_600_000 - Date.now())).toBeLessThan(5000);
    const file = join(folder, 'slow.mp4');
    const shown = await watched.camera.clip(at - 500, at + 1500, file);
    expect(shown?.to).toBeGreaterThanOrEqual(at + 1500 - PERIOD);
    const times = (await indices(file)).map((one) => cameras.simulator.truth('slow', one, at + 3_600_000) - 3_600_000);
    expect(Math.abs((times.at(-1) ?? 0) - (shown?.to ?? 0))).toBeLessThan(PERIOD);
  });

  it('whose process dies, or which breaks off, leaves no half file', async () => {
    const watched = watch(await cameras.serve('killed'), cameras.signal, { record: RECORD, gate: false });
    await watched.more(20);
    const now = Date.now();
    const files = [0, 1].map((i) => join(folder, `killed${i}.mp4`));
    const clips = files.map((file) => watched.camera.clip(now - 1000, now + 60_000, file));
    await watched.more(4);
    expect(readdirSync(folder).filter((file) => file.startsWith('killed')).toSorted()).toEqual(['killed0.mp4.part', 'killed1.mp4.part']);
    process.kill(watched.camera.childPid ?? 0, 'SIGKILL');
    expect(await Promise.all(clips)).toEqual([undefined, undefined]);
    await watched.until('offline');
    await watched.more(20);
    expect(readdirSync(folder).filter((file) => file.startsWith('killed'))).toEqual([]);
    const [again = ''] = files;
    const broken = watched.camera.clip(Date.now() - 1000, Date.now() + 60_000, again);
    await watched.more(2);
    await cameras.simulator.tell('killed', { cut: true });
    // what there was before the break
    expect((await broken)?.to).toBeLessThan(Date.now() + 1000);
    expect(watched.logged()).toContain('CAMERA_UNREACHABLE');
    expect((await indices(again)).length).toBeGreaterThan(10);
  });

  it('refuses too much at once, and what it does not remember', async () => {
    const watched = watch(await cameras.serve('busy'), cameras.signal, { record: RECORD, gate: false });
    await watched.more(20);
    const now = Date.now();
    const clips = Array.from({ length: 12 }, (_, i) => watched.camera.clip(now - 1000, now + 1500, join(folder, `busy${i}.mp4`)));
    const shots = Array.from({ length: 30 }, (_, i) => watched.camera.snapshot(now - 500 - 5 * i, join(folder, `busy${i}.jpg`)));
    expect((await Promise.all(clips)).filter((shown) => shown !== undefined)).toHaveLength(8);
    const taken = (await Promise.all(shots)).filter(Boolean).length;
    expect(taken).toBeGreaterThanOrEqual(8);
    expect(taken).toBeLessThan(30);
    // the same picture for many is taken once
    const same = await Promise.all(Array.from({ length: 30 }, (_, i) => watched.camera.snapshot(now - 400, join(folder, `same${i}.jpg`))));
    expect(same.every(Boolean)).toBe(true);
    expect(readdirSync(folder).filter((file) => file.startsWith('busy')).every((file) => !file.endsWith('.part'))).toBe(true);
    expect(watched.logged()).toContain('MEDIA_BUSY');
    expect(await watched.camera.snapshot(now - 3_600_000, join(folder, 'long-ago.jpg'))).toBe(false);
    expect(await watched.camera.clip(now - 3_600_000, now - 3_590_000, join(folder, 'long-ago.mp4'))).toBeUndefined();
    expect(await watched.camera.snapshot(now, join(folder, 'nowhere', 'a.jpg'))).toBe(false);
    expect(watched.logged()).toContain('MEDIA_WRITE');
  });

  it('remembers nothing where it is not told to', async () => {
    const watched = watch(await cameras.serve('off'), cameras.signal, { gate: false });
    await watched.more(4);
    const file = join(folder, 'off.jpg');
    expect(await watched.camera.snapshot(Date.now() - 300, file)).toBe(false);
    expect(existsSync(file)).toBe(false);
  });
});

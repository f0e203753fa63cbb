import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { startRetention } from '../../src/recordings/retention.ts';
import type { Frame } from '../../src/values.ts';
import { FRAME_SIZE } from '../ingest/watch.ts';
import { pictures } from '../media/recorded.ts';
import { barCameras, FPS, FRAMES } from '../peers/barCameras.ts';
import { barClip, readIndex } from '../peers/simulator.ts';
import { makePlace, record, shownIn } from './recorded.ts';

const PERIOD = 1000 / FPS;
const log = createLogger({ level: 'silent' });

const place = makePlace();
const cameras = barCameras();

afterAll(() => place.remove());

const kinds = [
  ['H.264', 'plain', {}],
  ['H.264 with B-frames', 'b', { bframes: 2 }],
  ['H.265 with B-frames', 'hevc', { codec: 'hevc', bframes: 2 }],
] as const;

describe('an RTSP camera that is recorded', { timeout: 120_000 }, () => {
  it.each(kinds)('of %s has every picture, at its time', async (_name, camera, opts) => {
    const watched = record(await cameras.serve(camera, { gop: 25, ...opts }), cameras.signal, { recording: place.options(camera) });
    await watched.finished(3);
    const to = Date.now() - 500;
    const from = to - 5000;
    const file = join(place.folder, `${camera}.mp4`);
    // what is filmed now is on the disk when its fragment is
    await expect.poll(() => place.recordings.stretches(camera, from, 1e14).at(-1)?.to ?? 0, { timeout: 30_000 }).toBeGreaterThan(to + 500);
    const shown = await place.recordings.cut(camera, from, to, file);
    const seen = await shownIn(file, shown);
    const errors = seen.map(({ index, at }) => at - cameras.simulator.truth(camera, index, at)).toSorted((a, b) => a - b);
    expect(shown.gaps).toEqual([]);
    expect(seen.map(({ index }) => index)).toEqual(seen.map((_, i) => ((seen[0]?.index ?? 0) + i) % FRAMES));
    expect(errors.every((error) => Math.abs(error) < 5)).toBe(true);
    expect(shown.from).toBeLessThanOrEqual(from + PERIOD);
    expect(shown.from).toBeGreaterThan(from - 1000 - PERIOD);

    const frames: Frame[] = [];
    for await (const frame of place.recordings.frames(camera, from, to, { fps: 100, frameSize: FRAME_SIZE }, cameras.signal)) frames.push(frame);
    expect(frames.length).toBeGreaterThanOrEqual((to - from) / PERIOD - 1);
    for (const frame of frames) {
      expect(Math.abs(frame.at - cameras.simulator.truth(camera, readIndex(frame).index, frame.at))).toBeLessThan(5);
      expect(frame).toMatchObject({ camera, timeSource: 'rtcp' });
    }
    frames.slice(1).forEach((frame, i) => expect(Math.abs(frame.at - (frames[i]?.at ?? 0) - PERIOD)).toBeLessThan(5));

    const [at, jpeg] = [to - 700, join(place.folder, `${camera}.jpg`)];
    expect(await place.recordings.snapshot(camera, at, jpeg)).toBe(true);
    const [picture] = await pictures(jpeg, 384, 256);
    expect(Math.abs(cameras.simulator.truth(camera, readIndex(picture ?? expect.fail()).index, at) - at)).toBeLessThanOrEqual(PERIOD / 2 + 5);
    expect(await place.recordings.snapshot(camera, from - 60_000, jpeg)).toBe(false);
  });

  it('whose process is killed loses what was not written yet, and no more', async () => {
    const url = await cameras.serve('killed', { gop: 25 });
    const watched = record(url, cameras.signal, { recording: place.options('killed', { seconds: 60 }) });
    await watched.more(20);
    await expect.poll(() => place.recordings.stretches('killed', 0, 1e14).reduce((sum, { from, to }) => sum + to - from, 0), { timeout: 30_000 }).toBeGreaterThan(4000);
    const newest = (await watched.more(1)).at(-1)?.at ?? expect.fail();
    const killed = Date.now();
    process.kill(watched.camera.childPid ?? expect.fail(), 'SIGKILL');
    const [before] = place.recordings.stretches('killed', 0, 1e14);
    expect(before?.to).toBeGreaterThan(newest - 2500);
    expect(place.files('killed').filter((name) => name.endsWith('.part'))).toHaveLength(1);

    await watched.more(40);
    await expect.poll(() => place.recordings.stretches('killed', killed, 1e14).length, { timeout: 30_000 }).toBe(1);
    const to = Date.now() - 2000;
    await expect.poll(() => place.recordings.stretches('killed', killed, 1e14).at(-1)?.to ?? 0, { timeout: 30_000 }).toBeGreaterThan(to);
    const file = join(place.folder, 'killed.mp4');
    const shown = await place.recordings.cut('killed', (before?.from ?? 0) + 1000, to, file);
    expect(shown.gaps).toEqual([{ camera: 'killed', from: expect.closeTo(before?.to ?? 0, 0), to: expect.any(Number) }]);
    const [gap] = shown.gaps;
    expect(gap?.to).toBeGreaterThan(killed);
    // the gap is as long in the container as it was, and nothing is there in it
    const seen = await shownIn(file, shown);
    for (const { index, at } of seen) {
      expect(Math.abs(at - cameras.simulator.truth('killed', index, at))).toBeLessThan(PERIOD);
      expect(at < (gap?.from ?? 0) + 1 || at > (gap?.to ?? 0) - 1).toBe(true);
    }

    // what was left gets the name of what it holds
    const [part] = place.files('killed').filter((name) => name.endsWith('.part'));
    const old = new Date(Date.now() - 600_000);
    utimesSync(join(place.folder, 'recordings/killed', part ?? ''), old, old);
    await startRetention({ folder: join(place.folder, 'recordings'), days: 1, maxMb: 1000, log, now: Date.now }, cameras.signal).prune();
    expect(place.files('killed').filter((name) => name.endsWith('.part'))).toHaveLength(1);
    const [settled] = place.recordings.segments('killed', before?.from ?? 0, killed);
    expect(settled?.file).toMatch(/\.mp4$/);
    expect(settled?.to).toBeCloseTo(before?.to ?? 0, -1);
  });

  it('whose connection breaks, whose clock steps and whose format changes has files of their own for each, and gaps where there are some', async () => {
    const url = await cameras.serve('moving', { gop: 25 });
    const watched = record(url, cameras.signal, { recording: place.options('moving', { seconds: 60 }), clock: 'camera' });
    await watched.more(40);
    const began = Date.now();
    await cameras.simulator.tell('moving', { cut: true });
    await watched.finished(1);
    await watched.more(40);
    const other = await barClip({ frames: FRAMES, fps: FPS, gop: 25, bframes: 2 });
    await cameras.simulator.tell('moving', { clip: cameras.lent(other) });
    await watched.finished(1);
    const stepped = Date.now();
    await cameras.simulator.tell('moving', { ntpOffset: 120_000 });
    await watched.finished(1);
    const recorded = watched.said.flatMap((one) => (one.kind === 'recorded' ? [one.segment] : []));
    expect(recorded).toHaveLength(3);
    const [first, second, third] = recorded;
    // reconnecting takes some time, other parameters none
    expect(second?.from).toBeGreaterThan((first?.to ?? 0) + 100);
    expect(Math.abs((third?.from ?? 0) - (second?.to ?? 0))).toBeLessThan(PERIOD);
    // a step is believed when reports have shown it for a while
    expect(third?.to).toBeLessThan(Date.now());
    await expect.poll(() => place.recordings.segments('moving', stepped + 100_000, stepped + 400_000).length, { timeout: 20_000 }).toBe(1);

    // a cut is of one format, and tells what it leaves out
    const shown = await place.recordings.cut('moving', began, third?.to ?? 0, join(place.folder, 'moving.mp4'));
    expect(shown.to).toBeCloseTo(second?.to ?? 0, -2);
    expect(shown.gaps.at(-1)).toEqual({ camera: 'moving', from: shown.to, to: third?.to });
    const frames: Frame[] = [];
    for await (const frame of place.recordings.frames('moving', began, third?.to ?? 0, { fps: 100, frameSize: FRAME_SIZE }, cameras.signal)) frames.push(frame);
    expect(frames.at(-1)?.at).toBeGreaterThan((third?.to ?? 0) - 3 * PERIOD);
    frames.slice(1).forEach((frame, i) => expect(frame.at).toBeGreaterThan(frames[i]?.at ?? 0));
  });

  it.each([['jumps ahead', 90_000 * 60], ['jumps back', -90_000 * 60], ['runs over', 0]] as const)('whose time line %s has no picture at a wrong time', async (name, rtpJump) => {
    const camera = name.replace(' ', '-');
    const url = await cameras.serve(camera, { gop: 25, bframes: 2 });
    // 32 bits of 90 kHz: six seconds from its end
    if (rtpJump === 0) await cameras.simulator.tell(camera, { rtpStart: 2 ** 32 - 540_000 });
    const watched = record(url, cameras.signal, { recording: place.options(camera, { seconds: 3 }) });
    await watched.finished(2);
    const jumped = Date.now();
    if (rtpJump !== 0) await cameras.simulator.tell(camera, { rtpJump });
    await expect.poll(() => place.recordings.stretches(camera, jumped, 1e14).at(-1)?.to ?? 0, { timeout: 40_000 }).toBeGreaterThan(jumped + 8000);
    const stretches = place.recordings.stretches(camera, 0, 1e14);
    expect(stretches.length).toBeLessThanOrEqual(rtpJump === 0 ? 1 : 3);
    const file = join(place.folder, `${camera}.mp4`);
    const shown = await place.recordings.cut(camera, jumped - 4000, jumped + 7000, file);
    for (const { index, at } of await shownIn(file, shown)) expect(Math.abs(at - cameras.simulator.truth(camera, index, at))).toBeLessThan(PERIOD);
    expect(shown.gaps.reduce((sum, { from, to }) => sum + to - from, 0)).toBeLessThan(rtpJump === 0 ? 1 : 3500);
  });
});

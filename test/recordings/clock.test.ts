import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { filter, firstValueFrom } from 'rxjs';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { startRtmpServer } from '../../src/ingest/rtmp/server.ts';
import { Secret } from '../../src/secret.ts';
import { freePort } from '../alerts/mosquitto.ts';
import { readBars } from '../ingest/barcode.ts';
import { endProcess, publishBars } from '../ingest/peers.ts';
import { TOLERANCE } from '../ingest/watch.ts';
import { ffprobe, indices, pictures } from '../media/recorded.ts';
import { barClip, makeClip, startSimulator } from '../peers/simulator.ts';
import { makePlace, record, shownIn } from './recorded.ts';

const place = makePlace();
afterAll(place.remove);

function aborting(): AbortSignal {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  return abort.signal;
}

describe('the wall clock of a recording', { timeout: 180_000 }, () => {
  it('is that of a foreign camera’s reports, to the frame, from the first to the last file', async () => {
    const clip = await barClip({ frames: 750, fps: 25, gop: 25 });
    onTestFinished(clip.remove);
    const port = await freePort();
    const server = spawn('/usr/bin/python3', [fileURLToPath(new URL('../daemon/rtspFile.py', import.meta.url)), String(port), clip.file], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(async () => {
      server.kill('SIGKILL');
      if (server.exitCode === null) await once(server, 'exit');
    });
    await once(server.stdout, 'data');
    const watched = record(`rtsp://127.0.0.1:${port}/room`, aborting(), { recording: place.options('foreign') });
    await watched.finished(9);
    const files = place.recordings.segments('foreign', 0, 1e14);
    expect(files.at(-1)?.timeSource).toBe('rtcp');
    const file = join(place.folder, 'foreign.mp4');
    const told = files.filter(({ timeSource }) => timeSource === 'rtcp');
    const shown = await place.recordings.cut('foreign', told[0]?.from ?? 0, told.at(-1)?.to ?? 0, file);
    const seen = await shownIn(file, shown);
    expect(seen.length).toBeGreaterThan(150);
    expect(shown.gaps).toEqual([]);
    // it plays 25 pictures a second by its own clock: each is where the others say that it is
    const starts = seen.map(({ index, at }) => at - 40 * index).toSorted((a, b) => a - b);
    expect((starts.at(-1) ?? 0) - (starts[0] ?? 0)).toBeLessThan(20);
    expect(seen.map(({ index }) => index)).toEqual(seen.map((_, i) => (seen[0]?.index ?? 0) + i));
  });

  it('is that of arrival where a camera pushes RTMP, within what it says of itself', async () => {
    const key = new Secret('k-1a2b3c4d5e6f');
    const signal = aborting();
    const server = await startRtmpServer({ port: 0, keys: [key] }, signal, createLogger({ level: 'silent' }));
    const watched = record(server.url(key).reveal(), signal, { recording: place.options('pushed') });
    const camera = ['-preset', 'veryfast', '-bf', '2', '-threads', '1', '-x264-params', 'b-adapt=0:scenecut=0:rc-lookahead=0:sync-lookahead=0:mbtree=0'];
    const publisher = publishBars(server.url(key).reveal(), camera);
    onTestFinished(() => endProcess(publisher));
    await watched.finished(4);
    const [first, ...others] = place.recordings.stretches('pushed', 0, 1e14);
    expect(others).toEqual([]);
    const file = join(place.folder, 'pushed.mp4');
    const shown = await place.recordings.cut('pushed', first?.from ?? 0, first?.to ?? 0, file);
    const { times } = await ffprobe(file);
    const errors = (await pictures(file, 384, 256)).map((one, i) => Math.abs(readBars(one, shown.from + (times[i] ?? 0)) - shown.from - (times[i] ?? 0))).toSorted((a, b) => a - b);
    expect(errors.length).toBeGreaterThan(100);
    expect(errors[errors.length >> 1]).toBeLessThan(TOLERANCE);
    times.slice(1).forEach((time, i) => expect(time).toBeGreaterThan(times[i] ?? 0));
  });
});

describe('a camera that sleeps', { timeout: 240_000 }, () => {
  it('is recorded with every picture, and sleeps; around events what it held back is there as well', async () => {
    // nothing moves but for a corner that counts and does not stand out to the gate: bars would wake it
    const still = await makeClip({ frames: 500, fps: 25, gop: 25 }, (_index, i420) => {
      for (let i = 0; i < i420.length; i++) i420[i] = 90 + (i % 31);
    });
    onTestFinished(still.remove);
    const simulator = await startSimulator();
    onTestFinished(() => simulator.stop());
    await simulator.tell('still', { clip: still.file, fps: 25, reports: { every: 1000, late: 0, prompt: 0 } });
    const sample = { frameRate: 4, idleInterval: 2, adaptive: true, lookBack: 2 };
    const signal = aborting();
    const always = record(simulator.url('still'), signal, { sample, recording: place.options('always', { seconds: 5 }) });
    const events = record(simulator.url('still'), signal, { sample, recording: place.options('events', { seconds: 5, continuous: false, before: 6 }) });
    for (const { camera } of [always, events]) await firstValueFrom(camera.facts$.pipe(filter(({ asleep, observed }) => asleep * observed > 15)));
    const from = Date.now() - 5000;
    events.camera.record(from, from + 9000);
    await sleep(10_000);
    await expect.poll(() => events.said.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
    await always.finished(2);
    for (const [camera, begin, end] of [['always', from - 4000, from + 8000], ['events', from, from + 8900]] as const) {
      const file = join(place.folder, `${camera}.mp4`);
      const shown = await place.recordings.cut(camera, begin, end, file);
      expect(shown.gaps).toEqual([]);
      const { times } = await ffprobe(file);
      // nothing is missing in between
      times.slice(1).forEach((time, i) => expect(Math.abs(time - (times[i] ?? 0) - 40)).toBeLessThan(5));
      expect(await indices(file)).toHaveLength(times.length);
    }
    const [around, ...others] = place.recordings.stretches('events', 0, 1e14);
    expect(others).toEqual([]);
    expect(around?.from).toBeGreaterThan(from - 1100);
    expect(around?.to).toBeLessThan(from + 11_100);
    expect((await firstValueFrom(always.camera.facts$)).asleep).toBeGreaterThan(0);
  });
});

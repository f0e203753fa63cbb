import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, firstValueFrom, take, toArray } from 'rxjs';
import { afterEach, expect, it } from 'vitest';
import { publishRoom, type RoomCamera } from '../../src/demo/publish.ts';
import { createLogger } from '../../src/health/log.ts';
import { Secret } from '../../src/secret.ts';
import { freePort } from '../alerts/mosquitto.ts';

const log = createLogger({ level: 'silent' });
const cleanUp: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const task of cleanUp.splice(0).reverse()) await task();
});

/** ffmpeg as an RTMP server for one publisher; it writes what it is sent into a file and ends with the stream. */
function sink(port: number, file: string): { process: ChildProcess; ended: Promise<void> } {
  const url = `rtmp://127.0.0.1:${port}/live/key`;
  const child = spawn('ffmpeg', ['-v', 'error', '-nostdin', '-listen', '1', '-i', url, '-c', 'copy', '-y', file], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  cleanUp.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { process: child, ended };
}

function probe(file: string): { width: number; height: number; frames: { type: string; pts: number }[] } {
  const text = execFileSync('ffprobe', ['-v', 'error', '-select_streams', 'v', '-show_entries', 'stream=width,height:frame=pts_time,pict_type', '-of', 'json', file], { encoding: 'utf8' });
  const read = JSON.parse(text) as { streams: { width: number; height: number }[]; frames: { pts_time: string; pict_type: string }[] };
  const [stream] = read.streams;
  return { width: stream?.width ?? 0, height: stream?.height ?? 0, frames: read.frames.map((f) => ({ type: f.pict_type, pts: Number(f.pts_time) })) };
}

/** Resolves when so many frames have gone over one connection. */
async function filmed(camera: RoomCamera, frames: number): Promise<void> {
  let [connection, before] = [0, 0];
  await firstValueFrom(
    camera.reports$.pipe(
      filter((report) => {
        if (report.connections !== connection) [connection, before] = [report.connections, report.frames];
        return report.frames - before >= frames;
      }),
    ),
  );
}

it('films the room as H.264 with B-frames, and again after the server has gone and come back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-demo-'));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  const port = await freePort();
  const stop = new AbortController();
  const first = sink(port, join(folder, 'first.flv'));
  const camera = publishRoom({ seed: 3, duration: 10, url: new Secret(`rtmp://127.0.0.1:${port}/live/key`), thumbnail: { factor: 8, fps: 5 } }, stop.signal, log);
  cleanUp.push(async () => {
    stop.abort();
    await camera.child.stop();
  });
  const [small] = await firstValueFrom(camera.thumbnails$.pipe(take(1), toArray()));
  expect([small?.width, small?.height, small?.data.length]).toEqual([96, 64, 96 * 64 * 3]);
  const before = Date.now();
  const epoch = camera.begin();
  expect(epoch).toBeGreaterThanOrEqual(before);
  expect(camera.begin()).toBe(epoch);

  await filmed(camera, 15);
  first.process.kill('SIGKILL');
  await first.ended;
  const file = join(folder, 'second.flv');
  const second = sink(port, file);
  await filmed(camera, 45);
  stop.abort();
  await camera.child.stop();
  await second.ended;

  const video = probe(file);
  expect([video.width, video.height]).toEqual([768, 512]);
  expect(video.frames.length).toBeGreaterThan(10);
  expect(video.frames.filter((f) => f.type === 'B').length).toBeGreaterThan(video.frames.length / 3);
  const gaps = video.frames.slice(1).map((f, i) => f.pts - (video.frames[i]?.pts ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThan(0);
}, 120_000);

it('says in its report why no connection stands', async () => {
  const port = await freePort();
  const stop = new AbortController();
  const camera = publishRoom({ seed: 3, duration: 10, url: new Secret(`rtmp://127.0.0.1:${port}/live/hidden-key`) }, stop.signal, log);
  cleanUp.push(async () => {
    stop.abort();
    await camera.child.stop();
  });
  const reports = await firstValueFrom(camera.reports$.pipe(take(2), toArray()));
  const last = reports.at(-1);
  expect(last?.lastWords).toBeTruthy();
  expect(last?.lastWords).not.toContain('hidden-key');
}, 30_000);

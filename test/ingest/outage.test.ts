import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, firstValueFrom, lastValueFrom, timeout } from 'rxjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readVideoFrames } from '../../src/ingest/file.ts';
import { FRAME_SIZE, watch } from './watch.ts';

let abort = new AbortController();
const folder = mkdtempSync(join(tmpdir(), 'lookout-ingest-'));
const film = join(folder, 'film.mp4');

beforeAll(async () => {
  const ffmpeg = spawn('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25', '-t', '3', '-c:v', 'libx264', '-bf', '2', film], { stdio: 'inherit' });
  const [status] = await once(ffmpeg, 'exit');
  expect(status).toBe(0);
});
afterEach(() => {
  abort.abort();
  abort = new AbortController();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a peer that goes wrong', { timeout: 120_000 }, () => {
  it.each(['rtsp', 'rtmp'])('a silent %s server is told as stalled, and tried again', async (scheme) => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      sockets.push(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const watched = watch(`${scheme}://127.0.0.1:${port}/live/x`, abort.signal);
    const { childPid } = watched.camera;
    const offline = await watched.until('offline');
    expect(offline).toMatchObject({ code: 'CAMERA_STALLED', reason: `${scheme}://127.0.0.1:${port} sent no picture for 6.5 s.` });
    await expect.poll(() => sockets.length, { timeout: 60_000 }).toBeGreaterThan(1);
    // the connection was given up, not the process
    expect(watched.camera.childPid).toBe(childPid);
    server.close();
    for (const socket of sockets) socket.destroy();
  });

  it.each(['ftp://127.0.0.1/x.m3u8', 'concat:/etc/passwd|/etc/hosts', 'subfile,,start,0,end,9,,:/etc/passwd', 'data:text/plain,x', 'camera', 'rtsp://'])('%s is no camera', (url) => {
    expect(() => watch(url, abort.signal)).toThrow(expect.objectContaining({ code: 'CAMERA_URL_SCHEME' }));
  });
});

describe('a video file', { timeout: 120_000 }, () => {
  it('is read frame by frame with its own times', async () => {
    const frames = [];
    for await (const frame of readVideoFrames(film, { fps: 8, frameSize: FRAME_SIZE }, abort.signal)) frames.push(frame);
    expect(frames.length).toBeGreaterThanOrEqual(23);
    expect(frames.length).toBeLessThanOrEqual(25);
    expect(frames[0]).toMatchObject({ pts: 0, at: 0, timeSource: 'file', width: 192, height: 96 });
    for (const frame of frames) expect((frame.pts * 25) % 1).toBeCloseTo(0, 3);
  });

  it('can be left in the middle', async () => {
    let count = 0;
    for await (const frame of readVideoFrames(film, { fps: 25, frameSize: FRAME_SIZE }, abort.signal)) if (frame && ++count === 3) break;
    expect(count).toBe(3);
  });

  it('that is none is told', async () => {
    const read = readVideoFrames(join(folder, 'none.mp4'), { fps: 8, frameSize: FRAME_SIZE }, abort.signal);
    await expect(read.next()).rejects.toMatchObject({ code: 'VIDEO_UNREADABLE' });
    await expect(readVideoFrames('/etc/passwd', { fps: 8, frameSize: FRAME_SIZE }, abort.signal).next()).rejects.toMatchObject({ code: 'VIDEO_UNREADABLE' });
  });

  it('is played as if it were live', async () => {
    const watched = watch(film, abort.signal);
    const end = lastValueFrom(watched.camera.status$.pipe(filter((s) => s.state === 'offline'), timeout(80_000)));
    const frame = await firstValueFrom(watched.camera.frames$);
    expect(Math.abs(frame.at - Date.now())).toBeLessThan(2000);
    expect((await end).reason).toMatch(/end/);
    const [first, last] = [watched.frames[0], watched.frames.at(-1)];
    expect((last?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(2500);
  });
});

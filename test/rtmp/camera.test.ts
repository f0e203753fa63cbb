import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { startRtmpServer } from '../../src/ingest/rtmp/server.ts';
import type { RtmpServer } from '../../src/ingest/rtmp/server.ts';
import { Secret } from '../../src/secret.ts';
import { endProcess, freePort, publishBars } from '../ingest/peers.ts';
import { medianError, TOLERANCE, watch } from '../ingest/watch.ts';
import type { Watched } from '../ingest/watch.ts';

const log = createLogger({ level: 'silent' });
const KEY = new Secret('k-9f8e7d6c5b4a');
/** what a camera does: two B-frames, no look at the future */
const CAMERA = ['-preset', 'veryfast', '-bf', '2', '-threads', '1', '-x264-params', 'b-adapt=0:scenecut=0:rc-lookahead=0:sync-lookahead=0:mbtree=0'];

describe('a camera that publishes over RTMP', { timeout: 120_000 }, () => {
  const abort = new AbortController();
  let server: RtmpServer;
  let publisher: ChildProcess | undefined;
  let watched: Watched;
  const done = new AbortController();

  /** like a camera, it connects again when its connection breaks */
  const publish = async (x264: readonly string[]): Promise<void> => {
    while (!done.signal.aborted) {
      publisher = publishBars(server.url(KEY).reveal(), x264);
      await once(publisher, 'exit');
      await sleep(300);
    }
  };

  beforeAll(async () => {
    server = await startRtmpServer({ port: 0, keys: [KEY] }, abort.signal, log);
    watched = watch(server.url(KEY).reveal(), abort.signal);
    void publish(CAMERA);
  }, 120_000);

  afterAll(async () => {
    done.abort();
    await endProcess(publisher);
    abort.abort();
    await server.child.stop();
  });

  it('is seen in order, scaled, thinned out, and at the true time', async () => {
    const online = await watched.until('online');
    const frames = await watched.more(24);
    expect(online.since).toBeGreaterThan(Date.now() - 60_000);
    for (const frame of frames) {
      expect(frame).toMatchObject({ camera: 'door', width: 192, height: 128, timeSource: 'arrival' });
      expect(frame.data).toHaveLength(192 * 128 * 3);
    }
    for (const [i, frame] of frames.slice(1).entries()) {
      expect(frame.at).toBeGreaterThan(frames[i]?.at ?? 0);
      expect(frame.pts).toBeGreaterThan(frames[i]?.pts ?? 0);
    }
    const seconds = (frames.at(-1)?.pts ?? 0) - (frames[0]?.pts ?? 0);
    expect((frames.length - 1) / seconds).toBeLessThanOrEqual(8.5);
    expect(medianError(frames)).toBeLessThan(TOLERANCE);
    expect(frames.every((frame) => frame.uncertainty > 0)).toBe(true);
  });

  it('is back after kill -9 of its child', async () => {
    const { childPid } = watched.camera;
    const last = watched.frames.at(-1)?.at ?? 0;
    process.kill(childPid ?? 0, 'SIGKILL');
    const offline = await watched.until('offline');
    expect(offline.code).toBe('CHILD_EXITED');
    expect(offline.since).toBeGreaterThanOrEqual(last);
    await watched.until('online');
    expect(watched.camera.childPid).not.toBe(childPid);
    expect(medianError(await watched.more(8))).toBeLessThan(TOLERANCE);
  });

  it('is back after kill -9 of the RTMP server, on the same port', async () => {
    const { pid } = server.child;
    process.kill(pid ?? 0, 'SIGKILL');
    expect((await watched.until('offline')).code).toBe('CAMERA_UNREACHABLE');
    await watched.until('online');
    expect(server.child.pid).not.toBe(pid);
    expect(medianError(await watched.more(8))).toBeLessThan(TOLERANCE);
  });

  it('has its own clock read anew when it reconnects', async () => {
    await endProcess(publisher);
    await watched.until('offline');
    await watched.until('online');
    expect(medianError(await watched.more(8))).toBeLessThan(TOLERANCE);
  });

  it('takes its place back while its old connection still hangs', async () => {
    const hanging = publisher;
    hanging?.kill('SIGSTOP');
    const second = publishBars(server.url(KEY).reveal(), CAMERA);
    await watched.until('offline');
    await watched.until('online');
    expect(medianError(await watched.more(8))).toBeLessThan(TOLERANCE);
    await endProcess(second);
    await endProcess(hanging);
  });

  it('never shows its key', () => {
    expect(watched.logged()).not.toContain(KEY.reveal());
    expect(watched.logged()).toContain('online');
  });
});

describe('the RTMP server', { timeout: 120_000 }, () => {
  it('cuts off unknown keys, until they are allowed', async () => {
    const abort = new AbortController();
    const server = await startRtmpServer({ port: await freePort(), keys: [KEY] }, abort.signal, log);
    const stranger = new Secret('stranger');
    const refused = publishBars(server.url(stranger).reveal(), ['-preset', 'ultrafast']);
    await once(refused, 'exit');
    server.allow([KEY, stranger]);
    const watched = watch(server.url(stranger).reveal(), abort.signal);
    const publisher = publishBars(server.url(stranger).reveal(), ['-preset', 'ultrafast']);
    await watched.more(2);
    await endProcess(publisher);
    const { pid } = server.child;
    abort.abort();
    await server.child.stop();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });
});

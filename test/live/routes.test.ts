import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { liveRoutes } from '../../src/api/routes/live.ts';
import { serve } from '../api/serve.ts';
import type { Served } from '../api/serve.ts';
import { watch } from '../ingest/watch.ts';
import type { Watched } from '../ingest/watch.ts';
import { indices, pictures } from '../media/recorded.ts';
import { barClip, readIndex, startSimulator } from '../peers/simulator.ts';
import type { MadeClip, Simulator } from '../peers/simulator.ts';

const folder = mkdtempSync(join(tmpdir(), 'lookout-routes-'));
const abort = new AbortController();
const YEAR_2020 = Date.UTC(2020, 0, 1);
let simulator: Simulator;
let clip: MadeClip;
let watched: Watched;
let api: Served;

beforeAll(async () => {
  simulator = await startSimulator();
  clip = await barClip({ frames: 1000, fps: 25, gop: 50 });
  await simulator.tell('door', { clip: clip.file, fps: 25, reports: { every: 500, late: 0, prompt: 0 } });
  watched = watch(simulator.url('door'), abort.signal, { gate: false, record: { seconds: 30, mb: 32, before: 5 } });
  const recorded = join(folder, 'recorded.jpg');
  writeFileSync(recorded, 'a recorded picture');
  api = await serve(liveRoutes({
    camera: (id) => (id === 'off' ? 'disabled' : id === 'door' ? watched.camera : undefined),
    recordings: { snapshot: async (_camera, at, file) => at === YEAR_2020 && copyFile(recorded, file).then(() => true) },
    now: Date.now,
  }));
  await watched.more(24);
});
afterAll(async () => {
  abort.abort();
  await api.stop();
  await simulator.stop();
  await clip.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function problem(path: string): Promise<[number, string]> {
  const answer = await api.get(path);
  const { error } = (await answer.json()) as { error: { code: string } };
  return [answer.status, error.code];
}

async function indexOf(jpeg: ArrayBuffer): Promise<number> {
  const file = join(folder, 'shown.jpg');
  writeFileSync(file, Buffer.from(jpeg));
  const [picture] = await pictures(file, 384, 256);
  return readIndex(picture ?? expect.fail()).index;
}

describe('the API', () => {
  it('shows a camera live, until the client goes', async () => {
    const gone = new AbortController();
    const answer = await api.get('/v1/cameras/door/live', { signal: gone.signal });
    expect(answer.headers.get('content-type')).toBe('video/x-flv');
    const chunks: Uint8Array[] = [];
    const until = Date.now() + 1500;
    for await (const chunk of answer.body ?? []) {
      chunks.push(chunk as Uint8Array);
      if (Date.now() > until) break;
    }
    gone.abort();
    const file = join(folder, 'live.flv');
    writeFileSync(file, Buffer.concat(chunks));
    const seen = await indices(file);
    expect(seen.length).toBeGreaterThan(25);
    expect(seen).toEqual(seen.map((_, i) => ((seen[0] ?? 0) + i) % 1000));
    // places of those who have gone are free again
    for (let i = 0; i < 12; i++) {
      const one = new AbortController();
      expect((await api.get('/v1/cameras/door/live', { signal: one.signal })).status).toBe(200);
      one.abort();
      await sleep(50);
    }
  });

  it('says that too many watch', async () => {
    const all = new AbortController();
    const answers = await Promise.all(Array.from({ length: 9 }, () => api.get('/v1/cameras/door/live', { signal: all.signal })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array.from({ length: 8 }, () => 200), 503]);
    all.abort();
  });

  it('has the picture of now, and of a moment of the past from memory or recordings', async () => {
    const asked = Date.now();
    const now = await api.get('/v1/cameras/door/snapshot');
    expect(now.headers.get('content-type')).toBe('image/jpeg');
    expect(now.headers.get('cache-control')).toBe('no-store');
    expect(asked - simulator.truth('door', await indexOf(await now.arrayBuffer()), asked)).toBeLessThan(2000);
    const at = Date.now() - 1500;
    const then = await api.get(`/v1/cameras/door/snapshot?at=${at}`);
    expect(Math.abs(simulator.truth('door', await indexOf(await then.arrayBuffer()), at) - at)).toBeLessThanOrEqual(40);
    const recorded = await api.get('/v1/cameras/door/snapshot?at=2020-01-01T00:00Z');
    expect(await recorded.text()).toBe('a recorded picture');
    expect(await problem('/v1/cameras/door/snapshot?at=2021-01-01T00:00Z')).toEqual([404, 'MEDIA_GONE']);
    expect(await problem('/v1/cameras/door/snapshot?at=whenever')).toEqual([400, 'TIME_UNPARSABLE']);
  });

  it('says why there is nothing', async () => {
    expect(await problem('/v1/cameras/off/live')).toEqual([409, 'CAMERA_DISABLED']);
    expect(await problem('/v1/cameras/nobody/live')).toEqual([404, 'CAMERA_NOT_FOUND']);
    expect(await problem('/v1/cameras/nobody/snapshot')).toEqual([404, 'CAMERA_NOT_FOUND']);
    await simulator.tell('door', { state: 'refusing', cut: true });
    const { code = '' } = await watched.until('offline');
    expect(await problem('/v1/cameras/door/live')).toEqual([502, code]);
    // the picture of a moment ago is shown for a moment more
    await vi.waitFor(async () => expect(await problem('/v1/cameras/door/snapshot')).toEqual([502, code]), 5000);
    await simulator.tell('door', { state: 'up' });
  });
});

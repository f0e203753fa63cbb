import { writeFile } from 'node:fs/promises';
import { of } from 'rxjs';
import { expect, test, vi } from 'vitest';
import { liveRoutes } from '../../../src/api/routes/live.ts';
import { serve } from '../serve.ts';

test('pictures of recordings are taken a few at a time; who goes gives up its place, and too many are told to come again', async () => {
  let [running, most, taken] = [0, 0, 0];
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const recordings = {
    async snapshot(_camera: string, _at: number, file: string): Promise<boolean> {
      taken += 1;
      most = Math.max(most, ++running);
      await held;
      running -= 1;
      await writeFile(file, 'picture');
      return true;
    },
  };
  const camera = { live: () => Promise.reject(new Error('unused')), snapshot: async () => false, status$: of({ state: 'online' as const }) };
  const api = await serve(liveRoutes({ camera: () => camera, recordings, now: Date.now }));
  const ask = (signal?: AbortSignal): Promise<Response> => api.get('/v1/cameras/door/snapshot?at=2020-01-01T00:00Z', signal ? { signal } : {});
  const first = [ask(), ask()];
  await vi.waitFor(() => expect(running).toBe(2));
  const leaving = new AbortController();
  const left = ask(leaving.signal).catch(() => 'left');
  const waiting = Array.from({ length: 40 }, () => ask());
  const refused = await vi.waitFor(async () => {
    const now = await Promise.race(waiting);
    expect(now.status).toBe(503);
    return now;
  });
  expect([await refused.json(), refused.headers.get('retry-after')]).toMatchObject([{ error: { code: 'SERVER_BUSY' } }, '5']);
  leaving.abort();
  expect(await left).toBe('left');
  release();
  const answers = await Promise.all([...first, ...waiting]);
  const good = answers.filter(({ status }) => status === 200).length;
  expect([most, running]).toEqual([2, 0]);
  // sixteen of one caller wait, the one that left among them
  expect(good).toBeGreaterThanOrEqual(17);
  expect(taken).toBeLessThanOrEqual(good + 1);
});

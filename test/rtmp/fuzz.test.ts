import { expect, it } from 'vitest';
import { fuzzRtmp } from '../fuzz/rtmpFuzz.ts';

it('300 fuzzed connections end themselves and nothing else', async () => {
  const result = await fuzzRtmp({ connections: 300, seed: 4 });
  console.info(JSON.stringify(result));
  expect(result.deaths).toEqual([]);
  expect(result.keysShown).toBe(false);
  expect(result.witness).toMatchObject({ readers: 1, cameras: 1 });
  expect(result.memory.after - result.memory.before).toBeLessThan(64);
  expect(result.sockets.after).toBeLessThanOrEqual(result.sockets.before + 2);
  expect(Object.keys(result.kinds).length).toBeGreaterThan(8);
}, 180_000);

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { timeEngine } from '../../src/capacity/measureModel.ts';
import type { Asking } from '../../src/capacity/measureModel.ts';
import { Reel, streamsKept } from '../../src/capacity/reel.ts';
import { stagesOf } from '../../src/config/stages.ts';
import { configSchema } from '../../src/config/schema.ts';
import type { Answer, Frame, Window } from '../../src/values.ts';

const CONFIG = configSchema.parse({ model: { name: 'models/demo' } });
const FRAMES: Frame[] = Array.from({ length: 60 }, (_, i) => ({ camera: 'a', pts: i / 4, at: 250 * i, uncertainty: 1, timeSource: 'arrival', width: 2, height: 2, data: new Uint8Array(12) }));

const answer = (window: Window): Answer => ({ windowId: window.id, camera: window.camera, reason: window.reason, from: 0, to: 0, timeSource: 'arrival', sightings: [], model: 'm', visualTokens: 4, latency: { capture: 0, queue: 0, infer: 0 } });

test('an engine is asked by ever more at a time until no more comes of it', async () => {
  // four at a time, 50 ms each; further ones wait for their turn
  const [lanes, most] = [Array.from({ length: 4 }, () => Promise.resolve()), { now: 0, seen: 0 }];
  let next = 0;
  const events = (window: Window): Promise<Answer> => {
    most.seen = Math.max(most.seen, ++most.now);
    const lane = next++ % lanes.length;
    const done = (lanes[lane] ?? Promise.resolve()).then(() => sleep(50));
    lanes[lane] = done;
    return done.then(() => (most.now--, answer(window)));
  };
  const asking: Asking = { backend: { name: 'm', events, score: async () => 0, ask: async () => '' }, model: { childPid: undefined, scoreMany: async () => [] }, reel: new Reel(FRAMES, stagesOf(CONFIG).window), lookFor: [], signal: new AbortController().signal };
  const found = await timeEngine(asking, { seconds: 0.4, most: 64 });
  expect(found.windows).toBeGreaterThan(0);
  expect(found.atOnce).toBeGreaterThanOrEqual(2);
  expect(most.seen).toBeLessThan(64);
});

test('each camera of a reel sees frames of its own, in the same windows', async () => {
  const reel = new Reel(FRAMES, stagesOf(CONFIG).window);
  const [one, other] = [await reel.camera(), await reel.camera()];
  expect(one.length).toBeGreaterThan(8);
  expect(other.map(({ frames }) => frames.length)).toEqual(one.map(({ frames }) => frames.length));
  expect(one[0]?.camera).not.toBe(other[0]?.camera);
  expect(one[3]?.frames.some(({ data }, i) => Buffer.from(data).equals(Buffer.from(other[3]?.frames[i]?.data ?? [])))).toBe(false);
  // frames that windows share are the same, as the daemon's are
  expect(one[1]?.frames[0]).toBe(one[0]?.frames[0]);
});

test('keys and values of so many cameras fit', () => {
  // 4,096 − 1,024 − 256 MB; a window of 704 visual tokens and 8 × 12 + 300 others, of 64 KiB each
  expect(streamsKept(CONFIG, 65_536, 704, 16)).toBe(Math.floor((2816 * 2 ** 20) / (65_536 * 1100)));
  expect(streamsKept(CONFIG, 1, 704, 16)).toBe(256);
  expect(streamsKept(configSchema.parse({ model: { name: 'm', memory_mb: 2048, features_mb: 2000 } }), 65_536, 704, 16)).toBe(0);
});

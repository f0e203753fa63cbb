import { expect, test } from 'vitest';
import { fuzzCamera } from '../fuzz/cameraFuzz.ts';
import { fuzzVideo } from '../fuzz/videoFuzz.ts';

/** A small part of `npm run test:fuzz`. */

test('mutated streams in files end their reader at most, and the next file is read', async () => {
  const { sound, memory, groups, pictures } = await fuzzVideo({ streams: 4, groups: 25, seed: 11 });
  expect(groups).toBe(100);
  expect(pictures).toBeGreaterThan(50);
  expect(sound).toBe(true);
  expect(memory.reader).toBeLessThan(800);
});

test('a live camera whose stream is damaged comes back once it is sound', async () => {
  const { back, memory } = await fuzzCamera({ rounds: 6, roundMs: 700, seed: 11 });
  expect(back).toBe(true);
  expect(memory).toBeLessThan(800);
});

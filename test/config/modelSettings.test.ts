import { expect, test } from 'vitest';
import { modelFrameSize } from '../../src/config/modelSettings.ts';
import { configSchema } from '../../src/config/schema.ts';
import { smartResize } from '../../src/ingest/frameSize.ts';

const config = (video: object = {}): ReturnType<typeof configSchema.parse> => configSchema.parse({ model: { name: 'x' }, video_processor: video });

test('the frames of a full window share what the checkpoint allows for a video', () => {
  const size = modelFrameSize(config(), { minPixels: 2048, maxPixels: 192 * 128 * 16 });
  expect(size).toEqual({ minPixels: 1024, maxPixels: 192 * 128 });
  expect(smartResize(768, 512, size)).toEqual({ width: 192, height: 128 });
});

test('a checkpoint that allows very large videos is held to a sensible frame, and the configuration decides', () => {
  expect(modelFrameSize(config(), { minPixels: 4096, maxPixels: 25_165_824 }).maxPixels).toBe(768 * 32 * 32);
  expect(modelFrameSize(config({ min_pixels: 50_000, max_pixels: 100_000 }), { minPixels: 4096, maxPixels: 25_165_824 })).toEqual({ minPixels: 50_000, maxPixels: 100_000 });
});

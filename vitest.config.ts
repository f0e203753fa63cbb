import { defineConfig } from 'vitest/config';

/**
 * Tests run real peers (ffmpeg, GStreamer, mosquitto, child processes), two files at a time, so that they pass on two slow cores:
 * time limits are there to end what hangs, and never to measure.
 */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    reporters: ['default'],
  },
});

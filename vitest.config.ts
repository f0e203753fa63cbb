import { defineConfig } from 'vitest/config';

/**
 * Tests run real peers (ffmpeg, GStreamer, mosquitto, child processes), most of whose time goes into waiting for live streams: six
 * files at a time keep two slow cores busy. Time limits are there to end what hangs, and never to measure.
 */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // in a browser, with a configuration of their own
    exclude: ['test/e2e/**', 'node_modules/**'],
    globalSetup: ['test/programs.ts'],
    pool: 'forks',
    maxWorkers: 6,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    reporters: ['default'],
  },
});

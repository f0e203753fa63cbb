import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** Rooms whose tests leave nothing behind in their process, neither in modules nor in the environment: to load Lookout anew for each of their files takes longer than most of them. */
const ROOMS = ['alerts', 'api', 'ask', 'backtest', 'bench', 'cli', 'config', 'eval', 'events', 'explain', 'feedback', 'health', 'hub', 'infer', 'rules', 'sample', 'store', 'web', 'window'];
const TOGETHER = ROOMS.map((room) => `test/${room}/**/*.test.ts`);
const NEVER = ['test/e2e/**', 'node_modules/**'];

/** Files that wait for minutes of live video, longest first: what is short fills the end. */
const LONG = [
  'camera/held', 'recordings/live', 'live/stream', 'media/live', 'peers/foreign', 'recordings/clock', 'daemon/killed', 'camera/probe', 'camera/learning', 'daemon/alerts', 'ingest/rtp/live',
  'network/peers', 'ingest/file', 'ingest/rtsp', 'ingest/outage', 'ingest/clock/reports', 'ingest/clock/steps', 'network/cameraChild', 'demo/demo', 'import/widths', 'cli/ask',
];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONG.indexOf(relative(`${this.ctx.config.root}/test`, moduleId).replace('.test.ts', ''));
      return place < 0 ? LONG.length : place;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/**
 * Tests run real peers (ffmpeg, GStreamer, mosquitto, child processes), most of whose time goes into waiting for live streams: six
 * files at a time keep two slow cores busy. Time limits are there to end what hangs, and never to measure.
 */
export default defineConfig({
  test: {
    globalSetup: ['test/programs.ts'],
    pool: 'forks',
    maxWorkers: 6,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    reporters: ['default'],
    sequence: { sequencer: LongFirst },
    projects: [
      // in a browser, with a configuration of their own: test/e2e
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: [...NEVER, ...TOGETHER] } },
      { extends: true, test: { name: 'together', include: TOGETHER, exclude: NEVER, isolate: false } },
    ],
  },
});

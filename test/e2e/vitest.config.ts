import { defineConfig } from 'vitest/config';

/** The page in a real browser, before the real daemon: `npm run test:e2e`. One file at a time, since each films a room and runs the model. */
export default defineConfig({
  test: { include: ['test/e2e/**/*.test.ts'], globalSetup: ['test/programs.ts'], pool: 'forks', maxWorkers: 1, fileParallelism: false, testTimeout: 300_000, hookTimeout: 120_000, reporters: ['verbose'] },
});

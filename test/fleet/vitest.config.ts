import { defineConfig } from 'vitest/config';

/** Three daemons, a broker and an engine, of which each is killed or stopped once: `npm run test:fleet`, and no part of `npm test`. */
export default defineConfig({
  test: { globalSetup: ['test/programs.ts'], include: ['test/fleet/**/*.fleet.ts'], pool: 'forks', maxWorkers: 1, testTimeout: 600_000, hookTimeout: 120_000, reporters: ['verbose'] },
});

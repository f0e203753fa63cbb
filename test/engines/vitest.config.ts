import { defineConfig } from 'vitest/config';

/** Against engines of others, which are not a part of this project: `npm run test:engines`, and no part of `npm test`. */
export default defineConfig({
  test: { include: ['test/engines/**/*.engine.ts'], pool: 'forks', maxWorkers: 1, testTimeout: 900_000, hookTimeout: 300_000, teardownTimeout: 30_000, reporters: ['default'] },
});

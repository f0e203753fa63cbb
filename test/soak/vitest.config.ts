import { defineConfig } from 'vitest/config';

/** What takes minutes: `npm run test:soak`, and no part of `npm test`. */
export default defineConfig({
  test: { include: ['test/soak/**/*.soak.ts'], globalSetup: ['test/programs.ts'], pool: 'forks', maxWorkers: 1, testTimeout: 900_000, reporters: ['default'] },
});

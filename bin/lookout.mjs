#!/usr/bin/env node
/** The command line: TypeScript straight from src, through tsx. */
import { existsSync } from 'node:fs';

if (existsSync(new URL('../node_modules/tsx/package.json', import.meta.url))) {
  const { register } = await import('tsx/esm/api');
  register();
  const { main } = await import('../src/main.ts');
  process.exitCode = await main(process.argv);
} else {
  process.stderr.write('Lookout is not set up here yet: run `npm run demo`, `npm test` or `npm ci` in this folder first.\n');
  process.exitCode = 1;
}

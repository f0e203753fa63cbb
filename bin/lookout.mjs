#!/usr/bin/env node
/** The command line: the program that was made of src ahead, or where src is another, TypeScript straight from there, through tsx. */
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { programOf } from './setup/program.mjs';

const installed = (path) => existsSync(new URL(`../node_modules/${path}`, import.meta.url));

if (installed('tsx/package.json') && installed('better-sqlite3/build/Release/better_sqlite3.node')) {
  // `lookout events | head` ends the pipe early; that is no error.
  process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const made = programOf(fileURLToPath(new URL('..', import.meta.url)), 'src/main.ts');
  if (!made) (await import('tsx/esm/api')).register();
  const { main } = await import(made ? pathToFileURL(made).href : '../src/main.ts');
  process.exitCode = await main(process.argv);
} else {
  process.stderr.write('Lookout is not set up here yet: run `npm run setup` in its folder first.\n');
  process.exitCode = 1;
}

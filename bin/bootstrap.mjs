#!/usr/bin/env node
/**
 * `npm run setup`, `npm run demo`, `npm test`, `npm run test:e2e` and `npm run test:fleet` on a machine with Node and nothing else: sees
 * to packages and programs first, then runs the command.
 * It depends on nothing but Node, since it runs before anything is installed.
 */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NEEDS, provide } from './setup/debian.mjs';
import { installPackages } from './setup/packages.mjs';
import { buildPage } from './setup/page.mjs';
import { buildPrograms } from './setup/programs.mjs';
import { say, SetupError } from './setup/say.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** What Vite, which builds the page, takes. */
const NODES = 'Node 20.19, 22.12 or newer';

function requireNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) return;
  throw new SetupError(`Lookout needs ${NODES}; this is ${version}. See https://nodejs.org/en/download`);
}

async function setUp(command) {
  requireNode(process.versions.node);
  await provide(NEEDS[command], command === 'demo' ? 'for the demo' : 'for the tests');
  await installPackages(root);
  await buildPrograms(root);
  // Whoever works on the page may have it broken while they test the rest; its type check says so.
  if (!(await buildPage(root)) && command === 'setup') throw new SetupError('The page could not be built: see above.');
}

/** Runs a program of this checkout as the terminal's own. @returns its exit code */
function run(script, args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, script), ...args], { cwd: root, stdio: 'inherit' });
    // The terminal sends Ctrl-C to the child as well; a supervisor's SIGTERM comes to this process alone.
    const pass = (signal) => child.kill(signal);
    const ignore = () => undefined;
    process.on('SIGTERM', pass).on('SIGINT', ignore);
    child.on('close', (code, signal) => {
      process.off('SIGTERM', pass).off('SIGINT', ignore);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

async function test(args) {
  const failed = [];
  if ((await run('node_modules/typescript/bin/tsc', ['--noEmit'])) !== 0) failed.push('type check');
  if ((await run('node_modules/typescript/bin/tsc', ['-p', 'src/web'])) !== 0) failed.push('type check of the page');
  if ((await run('node_modules/oxlint/bin/oxlint', ['--quiet', 'src', 'test', 'bin'])) !== 0) failed.push('linter');
  const code = await run('node_modules/vitest/vitest.mjs', ['run', ...args]);
  if (failed.length > 0) say(`\nFailed before the tests: ${failed.join(' and ')} (see the top of this output).`);
  return code || (failed.length > 0 ? 1 : 0);
}

const COMMANDS = {
  setup: () => 0,
  demo: (args) => run('bin/lookout.mjs', ['demo', ...args]),
  test,
  'test:fleet': (args) => run('node_modules/vitest/vitest.mjs', ['run', '--config', 'test/fleet/vitest.config.ts', ...args]),
  'test:e2e': (args) => run('node_modules/vitest/vitest.mjs', ['run', '--config', 'test/e2e/vitest.config.ts', ...args]),
};

async function main([command, ...args]) {
  if (!Object.hasOwn(COMMANDS, command)) {
    say(`usage: node bin/bootstrap.mjs ${Object.keys(COMMANDS).join('|')} [arguments]`);
    return 2;
  }
  await setUp(command);
  return COMMANDS[command](args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}

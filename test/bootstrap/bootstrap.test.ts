import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Builds a page of nothing. */
const BUILDER = { 'src/web/main.tsx': '', 'node_modules/vite/bin/vite.js': "const fs = require('fs'); const root = require('path').resolve(__dirname, '../../..'); fs.mkdirSync(process.argv[process.argv.indexOf('--outDir') + 1], { recursive: true }); fs.appendFileSync(`${root}/builds.log`, 'built\\n')" };

/** A checkout with the real set-up, and a demo, packages and a page that take no time. */
function checkout(files: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-bootstrap-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
  const all = { 'package.json': '{ "name": "x", "version": "1.0.0" }', 'bin/lookout.mjs': 'console.log(JSON.stringify(process.argv.slice(2)))\n', ...BUILDER, ...files };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** Packages with the names of the native ones. @param broken one that does not load */
function packages(broken = ''): Record<string, string> {
  const working = 'module.exports = class { close() {} static transformSync() {} };';
  const names = ['better-sqlite3', 'onnxruntime-node', 'node-av', 'esbuild'];
  const files = Object.fromEntries(names.map((name) => [`node_modules/${name}/index.js`, name === broken ? "throw new Error('wrong ELF class')" : working]));
  return { ...files, 'node_modules/node-av/package.json': '{ "exports": { "./lib": "./index.js" } }' };
}

/** What npm tells of what it has installed: nothing, since nothing is locked. */
const NOTHING_LOCKED = { 'package-lock.json': '{ "packages": { "": {} } }', 'node_modules/.package-lock.json': '{ "packages": {} }' };

async function bootstrap(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Outcome> {
  const child = spawn(process.execPath, [join(folder, 'bin/bootstrap.mjs'), ...args], { cwd: tmpdir(), env, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  const [code] = await once(child, 'close');
  return { code: code as number | null, ...text };
}

/** A PATH with these programs alone, each doing what its line of shell says. */
function pathWith(folder: string, programs: Record<string, string>): NodeJS.ProcessEnv {
  const path = join(folder, 'path');
  mkdirSync(path);
  for (const [name, line] of Object.entries(programs)) {
    writeFileSync(join(path, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(path, name), 0o755);
  }
  return { ...process.env, PATH: path, npm_execpath: '' };
}

test('where all is there, the command runs with its arguments, and the set-up is silent', async () => {
  const folder = checkout({ ...NOTHING_LOCKED, ...packages() });
  expect(await bootstrap(folder, ['setup'])).toEqual({ code: 0, stdout: '', stderr: 'Building the page …\n' });
  const outcome = await bootstrap(folder, ['demo', '--for', '90s', '--json']);
  expect(outcome).toEqual({ code: 0, stdout: '["demo","--for","90s","--json"]\n', stderr: '' });
  expect(readFileSync(join(folder, 'node_modules/.lookout-stamp'), 'utf8')).toContain(`abi ${process.versions.modules}`);
});

test('the command’s exit code is the set-up’s', async () => {
  const folder = checkout({ ...NOTHING_LOCKED, ...packages(), 'bin/lookout.mjs': 'process.exit(7)' });
  expect((await bootstrap(folder, ['demo'])).code).toBe(7);
});

test('packages are installed where they are missing or another lock file’s, and only then', async () => {
  const folder = checkout({ 'package-lock.json': '{ "packages": { "": {}, "node_modules/a": { "version": "1.0.0" }, "node_modules/b": { "version": "1.0.0", "optional": true } } }', ...packages() });
  const account = join(folder, 'node_modules/.package-lock.json');
  const env = pathWith(folder, { ffmpeg: '', npm: `echo "$@" >> ${folder}/npm.log; echo '{ "packages": { "node_modules/a": { "version": "1.0.0" } } }' > ${account}` });
  const calls = (): number => (existsSync(join(folder, 'npm.log')) ? readFileSync(join(folder, 'npm.log'), 'utf8').trim().split('\n').length : 0);
  const first = await bootstrap(folder, ['demo'], env);
  expect(first).toMatchObject({ code: 0, stdout: '["demo"]\n', stderr: 'Installing npm packages (a minute or two) …\nBuilding the page …\n' });
  expect(readFileSync(join(folder, 'npm.log'), 'utf8')).toContain('ci --ignore-scripts');
  await bootstrap(folder, ['demo'], env);
  expect(calls()).toBe(1);
  // Another lock file, whose packages happen to be there: nothing to do but to see that they load.
  writeFileSync(join(folder, 'package-lock.json'), '{ "packages": { "node_modules/a": { "version": "1.0.0" } } }');
  await bootstrap(folder, ['demo'], env);
  expect(calls()).toBe(1);
  writeFileSync(account, '{ "packages": { "node_modules/a": { "version": "0.9.0" } } }');
  rmSync(join(folder, 'node_modules/.lookout-stamp'));
  await bootstrap(folder, ['demo'], env);
  expect(calls()).toBe(2);
});

test('a native module that does not load is built, and named with its complaint where that does not help', async () => {
  const folder = checkout({ ...NOTHING_LOCKED, ...packages('better-sqlite3') });
  const env = pathWith(folder, { ffmpeg: '', python3: '', make: '', 'g++': '', npm: `echo "$@" >> ${folder}/npm.log` });
  const outcome = await bootstrap(folder, ['demo'], env);
  expect(outcome).toMatchObject({ code: 1, stdout: '' });
  expect(outcome.stderr).toContain('Building better-sqlite3 (a minute or two) …\n');
  expect(outcome.stderr).toContain('better-sqlite3 does not load: Error: wrong ELF class\n');
  expect(readFileSync(join(folder, 'npm.log'), 'utf8')).toMatch(/^--prefix \S+ .*rebuild --ignore-scripts=false better-sqlite3 esbuild\n$/);
});

test('the page is built where its sources are others than those it was built from, and only then', async () => {
  const folder = checkout({ ...NOTHING_LOCKED, ...packages() });
  const builds = (): number => readFileSync(join(folder, 'builds.log'), 'utf8').trim().split('\n').length;
  await bootstrap(folder, ['setup']);
  await bootstrap(folder, ['setup']);
  expect(builds()).toBe(1);
  writeFileSync(join(folder, 'src/web/main.tsx'), 'export {};');
  await bootstrap(folder, ['setup']);
  expect(builds()).toBe(2);
  // what was built is gone, and so is what tells of it
  rmSync(join(folder, '.cache'), { recursive: true });
  await bootstrap(folder, ['setup']);
  expect(builds()).toBe(3);
});

test('a page that cannot be built fails the set-up, and not the demo', async () => {
  const folder = checkout({ ...NOTHING_LOCKED, ...packages(), 'node_modules/vite/bin/vite.js': "console.error('main.tsx: unexpected token'); process.exit(1)" });
  const { code, stderr } = await bootstrap(folder, ['setup']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Building the page …\nmain\.tsx: unexpected token\n.* ended with 1\nThe page could not be built: see above\.\n$/);
  expect(await bootstrap(folder, ['demo'])).toMatchObject({ code: 0, stdout: '["demo"]\n' });
});

test('what fails is shown, from its end', async () => {
  const folder = checkout({ 'package-lock.json': '{ "packages": { "node_modules/a": {} } }' });
  const env = pathWith(folder, { ffmpeg: '', npm: 'echo "npm error the registry is far away" >&2; exit 3' });
  const { code, stderr } = await bootstrap(folder, ['demo'], env);
  expect(code).toBe(1);
  expect(stderr).toMatch(/npm error the registry is far away\nnpm .* ended with 3\n`npm ci` failed: see above\./);
});

test('where a program is missing and may not be installed, it says what to install', async () => {
  const folder = checkout({ ...NOTHING_LOCKED, ...packages() });
  const { code, stdout, stderr } = await bootstrap(folder, ['demo'], pathWith(folder, {}));
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^Lookout needs ffmpeg for the demo\. Install it with:\n {2}(sudo )?apt-get install -y --no-install-recommends ffmpeg\n$/);
});

test('where it may be installed, it is; the lists of packages are fetched first where they are missing', async () => {
  const folder = checkout({ ...NOTHING_LOCKED, ...packages() });
  const apt = `echo "$@" >> ${folder}/apt.log; case "$*" in *install*) echo '#!/bin/sh' > ${folder}/path/ffmpeg; /bin/chmod +x ${folder}/path/ffmpeg;; esac`;
  const sudo = 'shift; if [ "$1" = env ]; then shift 2; fi; "$@"';
  const env = pathWith(folder, { 'apt-get': apt, 'apt-cache': 'echo "  Candidate: (none)"', sudo, true: '' });
  expect(await bootstrap(folder, ['demo'], env)).toMatchObject({ code: 0, stdout: '["demo"]\n' });
  expect(readFileSync(join(folder, 'apt.log'), 'utf8')).toBe('-q update\n-q install -y --no-install-recommends ffmpeg\n');
});

test('misuse is told', async () => {
  expect(await bootstrap(checkout(), ['dance'])).toEqual({ code: 2, stdout: '', stderr: 'usage: node bin/bootstrap.mjs setup|demo|test|test:fleet|test:e2e [arguments]\n' });
});

test('npx lookout in a folder that is not set up says so', async () => {
  const folder = checkout();
  cpSync(join(ROOT, 'bin/lookout.mjs'), join(folder, 'bin/lookout.mjs'));
  const child = spawn(process.execPath, [join(folder, 'bin/lookout.mjs'), 'run'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const [code] = await once(child, 'close');
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'Lookout is not set up here yet: run `npm run setup` in its folder first.\n' });
});

test('npx lookout runs from any folder, through a link as npm makes it', async () => {
  const folder = checkout();
  symlinkSync(join(ROOT, 'bin/lookout.mjs'), join(folder, 'lookout'));
  const child = spawn(process.execPath, [join(folder, 'lookout'), '--version'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  const [code] = await once(child, 'close');
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version}\n` });
});

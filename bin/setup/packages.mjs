import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NEEDS, provide } from './debian.mjs';
import { brokenModules, debianHeaders, headersFolder } from './native.mjs';
import { runs, SetupError } from './say.mjs';

/** Packages whose install scripts have something to do here; package.json allows them to later versions of npm. */
const BUILT = ['better-sqlite3', 'esbuild'];

/**
 * Makes node_modules what package-lock.json says, with native modules that load. A stamp in node_modules tells the next time that
 * all this has been seen to.
 * @throws SetupError
 */
export async function installPackages(root) {
  const stamp = join(root, 'node_modules/.lookout-stamp');
  const wanted = fingerprint(root);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  if (!matchesLock(root)) {
    // Install scripts run afterwards (.npmrc), for the two packages that need theirs.
    if (!(await npm(root, 'Installing npm packages (a minute or two)', 'ci', '--ignore-scripts'))) throw new SetupError('`npm ci` failed: see above. It needs the npm registry (npm config get registry).');
  }
  let broken = brokenModules(root);
  if (broken.some(({ name }) => BUILT.includes(name))) {
    await build(root);
    broken = brokenModules(root);
  }
  if (broken.length > 0) throw new SetupError(broken.map(({ name, reason }) => `${name} does not load: ${reason}`).join('\n'));
  writeFileSync(stamp, wanted);
}

/** better-sqlite3 comes as source, and its ready-made builds lie where not every machine can reach. */
async function build(root) {
  await provide(NEEDS.build, 'to build better-sqlite3');
  if (!headersFolder()) await provide(debianHeaders(), 'to build better-sqlite3');
  if (await npm(root, 'Building better-sqlite3 (a minute or two)', 'rebuild', '--ignore-scripts=false', ...BUILT)) return;
  const headers = headersFolder() ? '' : ` Node's headers are not on this machine: install Node ${process.versions.node} from a package that brings them (<prefix>/include/node/node.h).`;
  throw new SetupError(`better-sqlite3 could not be built: see above.${headers}`);
}

function npm(root, what, ...args) {
  const nodedir = headersFolder();
  const env = { ...process.env, ...(nodedir ? { npm_config_nodedir: nodedir } : {}) };
  const cli = process.env.npm_execpath;
  const [command, ...first] = cli?.endsWith('npm-cli.js') ? [process.execPath, cli] : ['npm'];
  return runs(what, command, [...first, '--prefix', root, '--loglevel=error', '--no-fund', '--no-audit', ...args], env);
}

function fingerprint(root) {
  const hash = createHash('sha256');
  for (const file of ['package.json', 'package-lock.json']) hash.update(readFileSync(join(root, file)));
  return `${hash.digest('hex')} ${process.platform}-${process.arch} abi ${process.versions.modules}\n`;
}

/** Did npm install what the lock file says? It keeps its own account of what it installed. */
function matchesLock(root) {
  const account = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(account)) return false;
  const there = JSON.parse(readFileSync(account, 'utf8')).packages;
  const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const same = (name) => there[name]?.version === locked[name].version && there[name]?.integrity === locked[name].integrity;
  // Optional packages are mostly other platforms' builds.
  return Object.keys(locked).every((name) => name === '' || (locked[name].optional && !there[name]) || same(name));
}

import { existsSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { has, outputOf } from './say.mjs';

/** Packages with native code, and the smallest use that proves that it loads. */
const NATIVE = {
  'better-sqlite3': "const D = require('better-sqlite3'); new D(':memory:').close()",
  'onnxruntime-node': "require('onnxruntime-node')",
  'node-av': "import('node-av/lib')",
  // The TypeScript loader's compiler.
  esbuild: "require('esbuild').transformSync('let a: number', { loader: 'ts' })",
};

/**
 * Loads each native module in a process of its own, since a broken one can take its process down.
 * @returns the first complaint of each module that does not load
 */
export function brokenModules(root) {
  return Object.entries(NATIVE).flatMap(([name, use]) => {
    const child = spawnSync(process.execPath, ['-e', `Promise.resolve((() => ${use.includes(';') ? `{ ${use} }` : use})()).then(() => process.exit(0))`],
      { cwd: root, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], timeout: 60_000 });
    return child.status === 0 ? [] : [{ name, reason: complaint(child) }];
  });
}

function complaint(child) {
  const lines = child.stderr?.split('\n') ?? [];
  const line = lines.find((text) => /^\w*Error\b/.test(text)) ?? lines.find((text) => /cannot|not found|version/i.test(text));
  return line?.trim() ?? `ended with ${child.signal ?? `exit code ${child.status}`}`;
}

/**
 * The folder that node-gyp finds Node's headers in (`<folder>/include/node`), where this machine has those of this very Node;
 * without one node-gyp would download them.
 */
export function headersFolder() {
  const folders = [process.env.npm_config_nodedir, dirname(dirname(process.execPath)), '/usr'];
  return folders.find((folder) => folder && headersAbi(folder) === process.versions.modules);
}

function headersAbi(folder) {
  const file = join(folder, 'include/node/node_version.h');
  if (!existsSync(file) || !existsSync(join(folder, 'include/node/node.h'))) return undefined;
  return /#define NODE_MODULE_VERSION (\d+)/.exec(readFileSync(file, 'utf8'))?.[1];
}

/** Debian's own nodejs has its headers in libnode-dev; of any other Node's headers Debian knows nothing. */
export function debianHeaders() {
  if (!has('dpkg-query') || !has('apt-cache')) return [];
  const installed = outputOf('dpkg-query', ['-W', '-f=${Version}', 'nodejs'])?.trim();
  const offered = /Candidate: (\S+)/.exec(outputOf('apt-cache', ['policy', 'libnode-dev']) ?? '')?.[1];
  return installed && installed === offered ? [{ package: 'libnode-dev' }] : [];
}

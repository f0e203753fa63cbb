import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runs } from './say.mjs';

/**
 * Builds the page into .cache/web where the sources, or the packages it is made with, are others than those it was built from.
 * @returns whether there is a page of these sources
 */
export async function buildPage(root) {
  const [page, fresh] = [join(root, '.cache/web'), join(root, '.cache/web.new')];
  const stamp = join(page, '.built-from');
  const wanted = fingerprint(root);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true;
  const vite = [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--config', join(root, 'src/web/vite.config.ts'), '--outDir', fresh, '--logLevel', 'warn'];
  if (!(await runs('Building the page', process.execPath, vite))) return false;
  // a running Lookout serves the old page until there is the whole of the new one
  rmSync(page, { recursive: true, force: true });
  renameSync(fresh, page);
  writeFileSync(stamp, wanted);
  return true;
}

function fingerprint(root) {
  const hash = createHash('sha256');
  // all of src, since the page uses some of what the daemon is made of
  const folder = join(root, 'src');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort();
  for (const file of [...files, join(root, 'package-lock.json')]) hash.update(`${file.slice(root.length)}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { INDEX, markOf, programOf, PROGRAMS } from './program.mjs';

const MAIN = 'src/main.ts';
/** Modules that processes are started with. */
const STARTED = /^(?:child|\w+Child)\.ts$/;
/** What runs may still load from the build that it was started from; ms. */
const KEPT = { builds: 4, age: 86_400_000 };

/**
 * Puts the command line, and each module that processes are started with, together into a few files of JavaScript, where those that are
 * there were made of other sources: to load hundreds of files of TypeScript takes a process half a second before it does anything.
 * Without them everything works as well, and starts slower. @returns whether there are programs of these sources
 */
export async function buildPrograms(root, folders = ['src']) {
  const started = folders.flatMap((folder) => modulesIn(root, folder));
  const main = existsSync(join(root, MAIN)) ? [MAIN] : [];
  if ([...main, ...started].every((entry) => programOf(root, entry))) return true;
  const [build, began] = [randomUUID(), Date.now()];
  const outdir = join(root, PROGRAMS, build);
  try {
    const esbuild = await import('esbuild');
    const options = {
      absWorkingDir: root, outdir, outbase: root, entryNames: '[dir]/[name]', outExtension: { '.js': '.mjs' }, bundle: true, packages: 'external',
      platform: 'node', format: 'esm', target: 'node20', metafile: true, logLevel: 'silent', plugins: [addressOfSource],
    };
    // what one command needs only that one loads
    const ended = await Promise.allSettled([esbuild.build({ ...options, entryPoints: started }), esbuild.build({ ...options, entryPoints: main, splitting: true })]);
    // the other has ended too: nothing is written any more where all is removed
    const made = ended.map(({ value, reason }) => value ?? raise(reason));
    const outputs = Object.assign({}, ...made.map(({ metafile }) => metafile.outputs));
    const programs = Object.fromEntries([...main, ...started].map((entry) => [entry, programIn(root, outputs, entry)]));
    // what changes within the second of its mark is not told from what it was
    if (Object.values(programs).some(({ sources }) => Object.keys(sources).some((file) => statSync(join(root, file)).mtimeMs >= began - (began % 1000)))) throw new Error('a source has changed');
    const draft = join(outdir, INDEX);
    writeFileSync(draft, JSON.stringify({ root, programs }));
    renameSync(draft, join(root, PROGRAMS, INDEX));
  } catch {
    if (existsSync(outdir)) rmSync(outdir, { recursive: true, force: true });
    return false;
  }
  removeOld(join(root, PROGRAMS));
  return true;
}

function raise(error) {
  throw error;
}

function modulesIn(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && STARTED.test(entry.name));
  return entries.map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)));
}

/** Addresses that a module tells relative to its own stay what they are. */
const addressOfSource = {
  name: 'address of source',
  setup(build) {
    build.onLoad({ filter: /\.m?[jt]s$/, namespace: 'file' }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = text.replaceAll('import.meta.url', () => JSON.stringify(pathToFileURL(path).href)).replaceAll('import.meta.dirname', () => JSON.stringify(dirname(path)));
      return contents === text ? undefined : { contents, loader: path.endsWith('.ts') ? 'ts' : 'js' };
    });
  },
};

/** The file of an entry's program, the sizes of all that it loads, and the marks of its sources, of what esbuild says of its outputs. */
function programIn(root, outputs, entry) {
  const [name] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === entry);
  const files = new Set([name]);
  for (const file of files) for (const { path } of outputs[file].imports) if (outputs[path]) files.add(path);
  const sources = [...files].flatMap((file) => Object.keys(outputs[file].inputs));
  const sizes = [...files].map((file) => [relative(PROGRAMS, file), outputs[file].bytes]);
  return { file: relative(PROGRAMS, name), files: Object.fromEntries(sizes), sources: Object.fromEntries(sources.map((source) => [source, markOf(join(root, source))])) };
}

function removeOld(folder) {
  const builds = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).flatMap((entry) => {
    const path = join(folder, entry.name);
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat ? [{ path, made: stat.mtimeMs }] : [];
  });
  for (const { path, made } of builds.sort((a, b) => b.made - a.made).slice(KEPT.builds)) {
    if (made < Date.now() - KEPT.age) rmSync(path, { recursive: true, force: true });
  }
}

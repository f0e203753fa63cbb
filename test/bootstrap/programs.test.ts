import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { programOf } from '../../bin/setup/program.mjs';
import { buildPrograms } from '../../bin/setup/programs.mjs';

const ROOT = join(import.meta.dirname, '../..');
const CHILD = 'src/room/someChild.ts';

let edits = 0;

function write(root: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = join(root, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    // nobody edits while it is built, nor twice within a second
    utimesSync(file, new Date(), Date.now() / 1000 - 1000 + edits++);
  }
}

/** A checkout whose every module tells of itself. */
function checkout(): string {
  const root = mkdtempSync(join(tmpdir(), 'lookout-programs-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  write(root, {
    'package.json': '{ "type": "module" }',
    'src/main.ts': "const word: string = 'main'; console.log(word); if (process.argv[2] === 'more') console.log((await import('./more.ts')).said);",
    'src/more.ts': "import { said as other } from './room/said.ts'; export const said = `more, ${other}`;",
    'src/room/said.ts': "export const said: string = 'said';",
    [CHILD]: "import { said } from './said.ts'; console.log(said, new URL('./it.txt', import.meta.url).href, import.meta.dirname, typeof (await import('esbuild')).build);",
  });
  return root;
}

const run = (file = '', ...args: string[]): string => execFileSync(process.execPath, [file, ...args], { encoding: 'utf8' }).trim();

test('a program does what its module would, with the address of its source, and without loading TypeScript', async () => {
  const root = checkout();
  expect(programOf(root, CHILD)).toBeUndefined();
  expect(await buildPrograms(root)).toBe(true);
  expect(run(programOf(root, CHILD))).toBe(`said file://${root}/src/room/it.txt ${root}/src/room function`);
  expect(run(programOf(root, 'src/main.ts'))).toBe('main');
  expect(run(programOf(root, 'src/main.ts'), 'more')).toBe('main\nmore, said');
  expect(programOf(root, 'src/room/said.ts')).toBeUndefined();
  // nothing is built twice
  const builds = readdirSync(join(root, '.cache/programs'));
  expect(await buildPrograms(root)).toBe(true);
  expect(readdirSync(join(root, '.cache/programs'))).toEqual(builds);
});

test('is none of sources that changed, went, or lie elsewhere now, and what does not build leaves what there is', async () => {
  const root = checkout();
  await buildPrograms(root);
  write(root, { 'src/room/said.ts': "export const said: string = 'says';" });
  expect(programOf(root, CHILD)).toBeUndefined();
  expect(programOf(root, 'src/main.ts')).toBeUndefined();
  expect(await buildPrograms(root)).toBe(true);
  expect(run(programOf(root, CHILD))).toMatch(/^says /);

  write(root, { 'src/more.ts': 'export const = ;' });
  expect(await buildPrograms(root)).toBe(false);
  expect(run(programOf(root, CHILD))).toMatch(/^says /);
  expect(programOf(root, 'src/main.ts')).toBeUndefined();
  rmSync(join(root, 'src/room/said.ts'));
  expect(programOf(root, CHILD)).toBeUndefined();

  const moved = checkout();
  await buildPrograms(moved);
  cpSync(join(moved, '.cache'), join(root, '.cache'), { recursive: true });
  expect(programOf(root, 'src/main.ts')).toBeUndefined();
  rmSync(root, { recursive: true });
  renameSync(moved, root);
  expect(programOf(root, 'src/main.ts')).toBeUndefined();
});

test('what was started from an older build finds it for a day', async () => {
  const root = checkout();
  const folder = join(root, '.cache/programs');
  const builds = (): string[] => readdirSync(folder).filter((name) => name !== 'index.json');
  for (let i = 0; i < 7; i++) {
    write(root, { 'src/room/said.ts': `export const said = '${'x'.repeat(i)}';` });
    expect(await buildPrograms(root)).toBe(true);
  }
  expect(builds()).toHaveLength(7);
  for (const name of builds()) utimesSync(join(folder, name), new Date(), Date.now() / 1000 - 90_000);
  write(root, { 'src/room/said.ts': "export const said = 'other';" });
  expect(await buildPrograms(root)).toBe(true);
  expect(builds()).toHaveLength(4);
  expect(run(programOf(root, CHILD))).toMatch(/^other /);
});

test('what a power cut has left empty is none, and is made anew', async () => {
  const root = checkout();
  await buildPrograms(root);
  const more = readdirSync(join(root, '.cache/programs'), { recursive: true, encoding: 'utf8' }).find((name) => name.includes('more-'));
  for (const file of [programOf(root, CHILD) ?? '', join(root, '.cache/programs', more ?? '')]) writeFileSync(file, '');
  expect([programOf(root, CHILD), programOf(root, 'src/main.ts')]).toEqual([undefined, undefined]);
  expect(await buildPrograms(root)).toBe(true);
  expect(run(programOf(root, 'src/main.ts'), 'more')).toBe('main\nmore, said');
  expect(run(programOf(root, CHILD))).toMatch(/^said /);
});

test('where nothing can be written nothing is made', async () => {
  const root = checkout();
  writeFileSync(join(root, '.cache'), '');
  expect(await buildPrograms(root)).toBe(false);
  expect(programOf(root, CHILD)).toBeUndefined();
});

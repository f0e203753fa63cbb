import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ERRORS } from '../../src/errors.ts';
import { ROOT } from './lookout.ts';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

test('the README lists every error with what to do, and no other', () => {
  const rows = [...README.matchAll(/^\| `([A-Z_]+)` \| (.*) \|$/gm)].map(([, code, remedy]) => [code, remedy]);
  expect(Object.fromEntries(rows)).toEqual(ERRORS);
  expect(rows.map(([code]) => code)).toEqual(Object.keys(ERRORS));
});

test('every error is used somewhere', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && name !== 'errors.ts');
  const text = sources.map((name) => readFileSync(join(ROOT, 'src', name), 'utf8')).join('\n');
  expect(Object.keys(ERRORS).filter((code) => !text.includes(`'${code}'`))).toEqual([]);
});

test('the rooms on the README’s map exist', () => {
  const map = /## Where is what\n\n```\n([^]*?)```/.exec(README)?.[1] ?? '';
  expect(map.trimEnd().split('\n')).toHaveLength(5);
  const rooms = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  for (const room of rooms.filter((name) => name !== 'daemon')) expect(map).toMatch(new RegExp(`\\b${room}\\b`));
});

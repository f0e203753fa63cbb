import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { changeConfig } from '../../src/config/change.ts';
import { addRule } from '../../src/config/edit.ts';
import { loadConfig } from '../../src/config/load.ts';
import { programFor } from '../../src/health/program.ts';
import { faultOf, folderWith } from './folder.ts';

const editor = programFor(new URL('./editorChild.ts', import.meta.url));

test('programs that edit at once lose none of their edits', async () => {
  const folder = folderWith({ 'c.yaml': 'model: { name: m } # small\ncameras: []\n' });
  const file = join(folder, 'c.yaml');
  const children = ['a', 'b', 'c'].map((name) => spawn(process.execPath, [...editor.flags, editor.file, file, name, '10'], { stdio: ['ignore', 'inherit', 'inherit'] }));
  onTestFinished(() => children.forEach((child) => void child.kill('SIGKILL')));
  const codes = await Promise.all(children.map(async (child) => ((await once(child, 'exit')) as [number])[0]));
  expect(codes).toEqual([0, 0, 0]);
  const { config, rules } = loadConfig(file, {});
  expect(config.cameras).toHaveLength(30);
  expect(rules).toHaveLength(30);
  expect(readFileSync(file, 'utf8')).toMatch(/^model: \{ name: m \} # small\ncameras:\n/);
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('what an editor writes in between is kept, and the edit is made on top of it', () => {
  const file = join(folderWith({ 'c.yaml': 'model: { name: m }\n' }), 'c.yaml');
  let times = 0;
  changeConfig(file, () => {
    // an editor that knows of no lock
    if (times++ < 2) writeFileSync(file, `model: { name: m }\nrtmp: { port: ${5000 + times} }\n`);
    return [{ path: ['log', 'level'], value: 'debug' }];
  });
  expect(times).toBe(3);
  expect(readFileSync(file, 'utf8')).toBe('model: { name: m }\nrtmp: { port: 5002 }\nlog:\n  level: debug\n');
  let port = 1000;
  const endless = faultOf(() =>
    changeConfig(file, () => {
      writeFileSync(file, `model: { name: m }\nrtmp: { port: ${port++} }\n`);
      return [{ path: ['log', 'level'], value: 'warn' }];
    }),
  );
  expect([endless.code, endless.detail]).toEqual(['CONFIG_WRITE', expect.stringContaining('keeps writing')]);
});

test('a rule whose file an editor has made meanwhile does not take its place', () => {
  const folder = folderWith({ 'c.yaml': 'model: { name: m }\n', 'rules/x.yaml': '' });
  expect(faultOf(() => addRule(join(folder, 'c.yaml'), { id: 'x', alert: 'x y z' })).code).toBe('RULE_EXISTS');
  expect(readFileSync(join(folder, 'rules/x.yaml'), 'utf8')).toBe('');
});

test('a lock that a crash left behind before the clock was set back holds nobody up', () => {
  const folder = folderWith({ 'c.yaml': 'model: { name: m }\n', '.c.yaml.lock': '' });
  const ahead = Date.now() / 1000 + 86_400;
  utimesSync(join(folder, '.c.yaml.lock'), ahead, ahead);
  expect(changeConfig(join(folder, 'c.yaml'), [{ path: ['log', 'level'], value: 'debug' }]).changed).toBe(true);
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configFiles } from '../../src/config/files.ts';
import { loadConfig } from '../../src/config/load.ts';
import { folderWith } from './folder.ts';

test('files that do not load are not read for everybody who asks, and told of anew when anything changes', () => {
  const folder = folderWith({ 'c.yaml': 'model: { name: m }\n', 'rules/a.yaml': 'alert: x y z\n' });
  const file = join(folder, 'c.yaml');
  let [inForce, now] = [loadConfig(file, {}), 0];
  const files = configFiles(file, () => inForce, () => now);
  const good = files.read();
  expect([good.problem, files.read()]).toEqual([null, good]);
  writeFileSync(join(folder, 'rules/a.yaml'), 'alert: x y z\nnonsense: 1\n');
  const broken = files.read();
  expect(broken.problem?.code).toBe('CONFIG_INVALID');
  expect(broken.rules.map(({ rule }) => rule.id)).toEqual(['a']);
  expect(files.read()).toBe(broken);

  inForce = { ...inForce, rules: [] };
  const others = files.read();
  expect([others.problem?.code, others.rules]).toEqual(['CONFIG_INVALID', []]);
  expect(files.read()).toBe(others);

  now += 1001;
  expect(files.read()).not.toBe(others);
  writeFileSync(join(folder, 'rules/a.yaml'), 'alert: x y z again\n');
  expect(files.read()).toMatchObject({ problem: null, rules: [{ rule: { id: 'a' } }] });
});

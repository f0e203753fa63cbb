import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixture } from '../qwen3vl/fixtures.ts';
import { calledHere, workFolder } from './lookout.ts';

test('a model is imported, listed, told about and checked', async () => {
  const folder = workFolder();
  const made = await calledHere(folder, ['model', 'import', fixture('tied-odd'), '--precision', 'int8']);
  expect(made.code).toBe(0);
  expect(made.stdout).toMatch(/^models\/tied-odd-int8 holds tied-odd at int8: .*\n/);
  expect(made.stdout).toMatch(/gate_proj +0\.00\d+\n/);
  expect(made.stdout).toMatch(/Error of the logits.* typically, .* at worst\.\n/);
  expect(made.stderr).toMatch(/Checking.*Quantising.*Measuring.*Verifying/s);

  const [listed] = JSON.parse((await calledHere(folder, ['model', 'list', '--json'])).stdout) as Record<string, unknown>[];
  expect(listed).toMatchObject({ dir: 'models/tied-odd-int8', precision: 'int8', kvBytesPerToken: 512 });
  const told = await calledHere(folder, ['model', 'info', 'models/tied-odd-int8', '--verify']);
  expect(told.stdout).toMatch(/error of the logits.*\n.*checksums +all as imported\n.*fits here/s);
  const checked = await calledHere(folder, ['model', 'check', 'models/tied-odd-int8', '--reference', join(fixture('tied-odd'), 'reference.safetensors')]);
  expect(checked.code, checked.stdout).toBe(0);

  const again = await calledHere(folder, ['model', 'import', fixture('tied-odd'), '--precision', 'int8', '--json']);
  expect(again.code).toBe(1);
  expect(again.stderr).toMatch(/^MODEL_FOLDER: models\/tied-odd-int8 is there already\. /m);
});

test('a small model is taken as it is unless told otherwise', async () => {
  const folder = workFolder();
  const { stdout } = await calledHere(folder, ['model', 'import', fixture('tied-odd'), '--out', 'mine', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ out: 'mine', precision: 'fp32', source: { name: 'tied-odd' } });
  expect(existsSync(join(folder, 'mine', 'lookout.json'))).toBe(true);
});

test('a model that is damaged does not hide the others', async () => {
  const folder = workFolder();
  for (const name of ['a', 'b']) await calledHere(folder, ['model', 'import', fixture('tied-odd'), '--out', `models/${name}`]);
  writeFileSync(join(folder, 'models/a/lookout.json'), '{');
  const { code, stdout, stderr } = await calledHere(folder, ['model', 'list']);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^MODEL_WEIGHTS_CORRUPT: models\/a\/lookout\.json is not JSON/)]);
  expect(stdout).toMatch(/models\/b /);
  rmSync(join(folder, 'models/b/config.json'));
  expect((await calledHere(folder, ['model', 'info', 'models/b'])).stderr).toMatch(/^MODEL_NOT_FOUND/);
});

import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import type { LoadedConfig } from '../../src/config/load.ts';
import { watchConfig } from '../../src/config/watch.ts';
import { createLogger } from '../../src/health/log.ts';

/**
 * A folder as a kubelet mounts a ConfigMap: `name` → `..data/name`, `..data` → a folder of one state, which is exchanged whole by
 * renaming a link (Kubernetes' AtomicWriter, pkg/volume/util/atomic_writer.go).
 */
function mounted(folder: string, files: Record<string, string>, state: string): void {
  mkdirSync(join(folder, `..${state}`), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `..${state}`, name), text);
  symlinkSync(`..${state}`, join(folder, '..data_tmp'));
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
}

test('running daemons take up cameras and rules of a ConfigMap that changed', async () => {
  const root = mkdtempSync(join(tmpdir(), 'lookout-mounted-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const [config, rules] = [join(root, 'config'), join(root, 'rules')];
  const text = (camera: string): string => `model: { name: m }\nrules_dir: ${rules}\ncameras: [{ id: ${camera}, url: "rtsp://192.168.1.2/x" }]\n`;
  mounted(config, { 'lookout.yaml': text('door') }, 'one');
  mounted(rules, { 'fall.yaml': 'alert: someone falls\n' }, 'one');
  for (const [folder, name] of [[config, 'lookout.yaml'], [rules, 'fall.yaml']] as const) symlinkSync(`..data/${name}`, join(folder, name));
  const loaded = loadConfig(join(config, 'lookout.yaml'), {});
  expect(loaded.rules.map(({ id }) => id)).toEqual(['fall']);
  const seen: LoadedConfig[] = [];
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  watchConfig(loaded, { signal: stop.signal, log: createLogger({ level: 'silent' }), settle: 20, poll: 200 }).subscribe((next) => seen.push(next));
  mounted(config, { 'lookout.yaml': text('yard') }, 'two');
  await expect.poll(() => seen.at(-1)?.config.cameras.map(({ id }) => id), { timeout: 10_000 }).toEqual(['yard']);
  mounted(rules, { 'fall.yaml': 'alert: someone falls\ncooldown: 1m\n' }, 'two');
  await expect.poll(() => seen.at(-1)?.rules[0]?.cooldown, { timeout: 10_000 }).toBeGreaterThan(0);
  expect(readFileSync(join(config, 'lookout.yaml'), 'utf8')).toContain('yard');
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { obey } from '../../src/daemon/commands.ts';
import { ownerOf } from '../../src/fleet/shard.ts';
import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { alert } from '../store/values.ts';
import { folderWith } from '../config/folder.ts';

const log = createLogger({ level: 'silent' });
const FILES = { 'c.yaml': 'model: { name: m }\ncameras:\n  - { id: hall, url: "rtsp://10.0.0.1/a" }\n', 'rules/phone.yaml': 'alert: someone picks up phone\n' };

test('of daemons that share the cameras each obeys what is for it, and keeps still about the rest', () => {
  const folder = folderWith(FILES);
  const file = join(folder, 'c.yaml');
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const shards = [1, 2, 3].map((index) => ({ file, shard: { index, of: 3 } }));
  const stores = shards.map(() => openStore({ path: ':memory:', retentionDays: 0 }, log));
  const at = (i: number): Store => stores[i] ?? openStore({ path: ':memory:', retentionDays: 0 }, log);
  at(1).putAlert(alert({ id: 'alert-of-the-second' }));
  const all = (command: Parameters<typeof obey>[0]): void => shards.forEach((one, i) => obey(command, one, at(i), log));

  const others = shards.filter(({ shard }) => shard.index !== ownerOf('hall', 3));
  others.forEach((one) => obey({ kind: 'camera', id: 'hall', enabled: false }, one, at(0), log));
  expect(read('c.yaml')).toBe(FILES['c.yaml']);
  all({ kind: 'camera', id: 'hall', enabled: false });
  all({ kind: 'rule', id: 'phone', enabled: false });
  all({ kind: 'feedback', alertId: 'alert-of-the-second', right: true, note: '' });
  const { config, rules } = loadConfig(file, {});
  expect([config.cameras[0]?.enabled, rules[0]?.enabled]).toEqual([false, false]);
  expect(stores.map((store) => store.feedback({}).length)).toEqual([0, 1, 0]);
  expect(() => obey({ kind: 'feedback', alertId: 'alert-of-nobody', right: true, note: '' }, { file }, at(0), log)).toThrow(/^LOG_UNKNOWN_ID/);
  stores.forEach((store) => store.close());
});

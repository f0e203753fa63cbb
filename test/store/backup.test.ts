import Database from 'better-sqlite3';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { alert, event, NOON } from './values.ts';

let folder: string;
let path: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lookout-backup-'));
  path = join(folder, 'lookout.db');
  store = openStore({ path, retentionDays: 7 }, createLogger({ level: 'silent' }));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const reader = (file = path): Store => openStore({ path: file, retentionDays: 0, readOnly: true }, createLogger({ level: 'silent' }));

it('is a whole log at one moment, made by another connection while this one writes', async () => {
  for (let i = 0; i < 5000; i++) store.putEvent(event({ id: `e${i}`, start: NOON + i, end: NOON + i }));
  store.putAlert(alert());
  const copy = join(folder, 'copy.db');
  const other = reader();
  const state = { copied: false };
  const copied = other.backup(copy).finally(() => (state.copied = true));
  for (let written = 5000; !state.copied; written++) {
    store.putEvent(event({ id: `e${written}`, start: NOON + written, end: NOON + written }));
    if (written % 40 === 0) {
      store.putAlert(alert({ id: `a${written}`, eventId: `e${written}` }));
      await new Promise((go) => setImmediate(go));
    }
  }
  await copied;
  other.close();
  expect(readdirSync(folder).filter((name) => name.startsWith('copy'))).toEqual(['copy.db']);
  const db = new Database(copy);
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.close();
  // A copy can be read, and taken for the log.
  for (const readOnly of [true, false]) {
    const restored = openStore({ path: copy, retentionDays: 7, readOnly }, createLogger({ level: 'silent' }));
    const ids = restored.events({ order: 'asc', limit: 100_000 }).map((e) => e.id);
    expect(ids.length).toBeGreaterThanOrEqual(5000);
    expect(ids).toEqual(ids.map((_, i) => `e${i}`));
    for (const a of restored.pendingAlerts(10_000)) expect(restored.event(a.eventId ?? '')).toBeDefined();
    restored.close();
  }
});

it('that cannot be written leaves nothing half done, and what was there before', async () => {
  store.putEvent(event());
  await expect(store.backup(join(folder, 'no/such/folder/copy.db'))).rejects.toThrow(/^STORE_WRITE: cannot write a copy to /);
  mkdirSync(join(folder, 'dir'));
  await expect(store.backup(join(folder, 'dir'))).rejects.toThrow(/^STORE_WRITE: /);
  const copy = join(folder, 'copy.db');
  writeFileSync(copy, 'an older copy');
  await store.backup(copy);
  const restored = reader(copy);
  expect(restored.events({})).toEqual([event()]);
  restored.close();
  expect(existsSync(`${copy}.partial`)).toBe(false);
});

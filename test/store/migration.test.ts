import Database from 'better-sqlite3';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { SCHEMA_VERSION } from '../../src/store/migrations.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { alert, event, NOON } from './values.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lookout-migration-'));
  path = join(folder, 'lookout.db');
  // Written by the version before alerts had evidence: 44 events, three alerts' phases, two gaps.
  writeFileSync(path, gunzipSync(readFileSync(join(import.meta.dirname, '../fixtures/store/version1.db.gz'))));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (readOnly = false): Store => openStore({ path, retentionDays: 0, readOnly }, createLogger({ level: 'silent' }));

describe('a file of version 1', () => {
  it('is lifted with everything that it holds', () => {
    const store = open();
    const long = event({ id: 'long', text: 'a car is parked at the gate', start: NOON - 7_200_000, end: NOON + 60_000, phase: 'end', sightings: 900 });
    expect(store.events({ limit: 100 })).toHaveLength(43);
    expect(store.events({ retracted: true, limit: 100 })).toHaveLength(44);
    expect(store.event('e1')).toEqual(event());
    expect(store.event('long')).toEqual(long);
    expect(store.events({ since: NOON - 3_600_000, until: NOON - 3_500_000 })).toEqual([long]);
    expect(store.events({ text: '拿起电话' }).map((e) => e.id)).toEqual(['zh']);
    expect(store.events({ text: 'waves', limit: 100 })).toHaveLength(40);
    expect(store.alert('a1')).toEqual([{ ...alert({ publishedAt: NOON + 3200, latency: { ...alert().latency, publish: 80 } }), delivered: true }]);
    expect(store.pendingAlerts(10).map((a) => [a.id, a.phase])).toEqual([['a2', 'new'], ['a2', 'end']]);
    expect(store.coverage({ order: 'asc' })).toMatchObject([{ start: NOON - 9000, reason: 'dropped' }, { camera: 'yard', end: null }]);
    expect(store.aliveAt()).toBe(NOON + 2000);
    store.close();
    const db = new Database(path);
    expect(db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    db.close();
  });

  it('keeps what its old alerts rest on', () => {
    const store = openStore({ path, retentionDays: 1 }, createLogger({ level: 'silent' }));
    while (store.prune(NOON + 30 * 86_400_000).more);
    expect(store.events({}).map((e) => e.id)).toEqual(['zh']);
    expect(store.alerts({}).map((a) => a.id)).toEqual(['a2', 'a2']);
    store.close();
  });

  it('is taken up anew where the lifting was cut short', () => {
    const db = new Database(path);
    db.exec('CREATE TABLE words (id)');
    db.close();
    const before = readFileSync(path);
    expect(() => open()).toThrow(/^STORE_OPEN: .*words already exists/);
    expect(new Database(path).pragma('user_version', { simple: true })).toBe(1);
    expect(readFileSync(path).length).toBe(before.length);
    const mended = new Database(path);
    mended.exec('DROP TABLE words');
    mended.close();
    const store = open();
    expect(store.events({ limit: 100 })).toHaveLength(43);
    store.close();
  });

  it('is not lifted by a reader, who is told', () => {
    expect(() => open(true)).toThrow(/^STORE_OPEN: .*older Lookout/);
  });
});

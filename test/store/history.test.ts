import Database from 'better-sqlite3';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { MIGRATIONS, SCHEMA_VERSION } from '../../src/store/migrations.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { alert, event, NOON } from './values.ts';

let folder: string;
let path: string;
let stores: Store[] = [];
const HOUR = 3_600_000;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lookout-history-'));
  path = join(folder, 'lookout.db');
});
afterEach(() => {
  for (const store of stores) store.close();
  stores = [];
  rmSync(folder, { recursive: true, force: true });
});

function open(history: { rows: number; age: number } | null = { rows: 1000, age: HOUR }): Store {
  const store = openStore({ path, retentionDays: 0, history: history ?? undefined }, createLogger({ level: 'silent' }));
  stores.push(store);
  return store;
}

const told = (store: Store): string[] =>
  store.pendingHistory(1000).map((one) => (one.kind === 'event' ? `${one.event.id} ${one.event.phase}` : `${one.gap.camera} ${one.change} ${one.gap.start - NOON}-${one.gap.end === null ? '' : one.gap.end - NOON}`));

describe('the history', () => {
  it('has every phase of every event, and every change of a gap, in order and numbered', () => {
    const store = open();
    store.putEvent(event());
    store.putEvent(event({ phase: 'update', text: 'another word' }));
    store.putEvent(event({ phase: 'end' }));
    store.flush();
    store.openGap('hall', 'offline', 'no answer', NOON);
    store.openGap('hall', 'offline', 'no answer', NOON + 5);
    store.closeGap('hall', NOON + 1000);
    store.closeGap('hall', NOON + 2000);
    store.putCoverage({ camera: 'hall', start: NOON + 5000, end: NOON + 6000, reason: 'dropped', detail: '' });
    store.putCoverage({ camera: 'hall', start: NOON + 5500, end: NOON + 7000, reason: 'dropped', detail: '' });
    expect(told(store)).toEqual(['e1 new', 'e1 update', 'e1 end', 'hall opened 0-', 'hall closed 0-1000', 'hall closed 5000-6000', 'hall corrected 5000-7000']);
    const entries = store.pendingHistory(1000);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => (entries[0]?.seq ?? 0) + i));
    const ids = entries.flatMap((one) => (one.kind === 'coverage' ? [one.gap.id] : []));
    expect([ids[0] === ids[1], ids[2] === ids[3], ids[0] === ids[2]]).toEqual([true, true, false]);
    expect(store.pendingHistory(2, entries[1]?.seq).map(({ seq }) => seq)).toEqual([entries[2]?.seq, entries[3]?.seq]);
    store.forgetHistory(entries.slice(0, 6).map(({ seq }) => seq));
    expect(told(store)).toEqual(['hall corrected 5000-7000']);
  });

  it('is written with what it tells of, and not before', () => {
    const store = open();
    store.putEvent(event());
    expect(store.pendingHistory(10)).toEqual([]);
    store.putAlert(alert());
    expect(told(store)).toEqual(['e1 new']);
  });

  it('says when there is something new to tell', async () => {
    const store = open();
    let heard = 0;
    store.onHistory(() => (heard += 1));
    store.putEvent(event());
    await expect.poll(() => heard).toBe(1);
    store.openGap('hall', 'offline', '', NOON);
    store.openGap('hall', 'offline', '', NOON);
    await expect.poll(() => heard).toBe(2);
    store.putLook({ windowId: 'w', camera: 'hall', reason: 'hop', from: NOON, to: NOON, frames: 2, answeredAt: NOON, sightings: [] });
    store.flush();
    await new Promise(setImmediate);
    expect(heard).toBe(2);
  });

  it('has bounds, and counts what they cost, over restarts', () => {
    const store = open({ rows: 3, age: HOUR });
    for (let i = 0; i < 10; i++) store.putEvent(event({ id: `e${i}` }));
    store.flush();
    expect(told(store)).toEqual(['e7 new', 'e8 new', 'e9 new']);
    expect(store.historyLoss()).toMatchObject({ dropped: 7 });
    store.close();
    const next = open({ rows: 3, age: HOUR });
    expect(next.historyLoss().dropped).toBe(7);
    expect(next.glance()).toMatchObject({ history: 3, historyDropped: 7 });
    next.close();
    const db = new Database(path);
    db.exec('UPDATE history SET at = at - 7200000');
    db.close();
    const last = open({ rows: 3, age: HOUR });
    last.prune(Date.now());
    expect([told(last), last.historyLoss().dropped]).toEqual([[], 10]);
  });

  it('is not kept where nobody is to be told, and what was left is forgotten', () => {
    const store = open();
    store.openGap('hall', 'offline', '', NOON);
    store.close();
    const next = open(null);
    next.openGap('yard', 'offline', '', NOON);
    next.prune(Date.now());
    expect([told(next), next.historyLoss().dropped]).toEqual([[], 0]);
  });

  it('goes on above itself in a log that had to be begun anew', () => {
    const store = open();
    store.openGap('hall', 'offline', '', NOON);
    const before = store.pendingHistory(1)[0]?.seq ?? Infinity;
    store.close();
    rmSync(path);
    const next = open();
    next.openGap('hall', 'offline', '', NOON);
    expect(next.pendingHistory(1)[0]?.seq).toBeGreaterThan(before);
  });
});

describe('a log of version 2', () => {
  it('is lifted: its gaps get ids, and the history begins', () => {
    const db = new Database(path);
    for (const step of MIGRATIONS.slice(0, 2)) {
      if (typeof step === 'string') db.exec(step);
      else step(db);
    }
    db.pragma('user_version = 2');
    db.exec(`INSERT INTO coverage (camera, start_at, end_at, reason, detail) VALUES ('hall', ${NOON}, NULL, 'offline', 'no answer'), ('yard', ${NOON}, ${NOON + 5}, 'model', '')`);
    db.close();
    const store = open();
    store.closeGap('hall', NOON + 9);
    expect(told(store)).toEqual(['hall closed 0-9']);
    expect(store.coverage({ order: 'asc' })).toMatchObject([{ camera: 'hall', end: NOON + 9 }, { camera: 'yard', reason: 'model' }]);
    store.close();
    const lifted = new Database(path);
    expect([lifted.pragma('user_version', { simple: true }), lifted.pragma('integrity_check', { simple: true })]).toEqual([SCHEMA_VERSION, 'ok']);
    expect(new Set(lifted.prepare('SELECT id FROM coverage').pluck().all()).size).toBe(2);
    lifted.close();
  });
});

describe('signs of life', () => {
  it('are read by others while they are left, and outlive a kill', () => {
    const store = open();
    store.markAlive(NOON);
    store.markAlive(NOON + 1000);
    const reader = openStore({ path, retentionDays: 0, readOnly: true }, createLogger({ level: 'silent' }));
    expect(reader.aliveAt()).toBe(NOON + 1000);
    store.markAlive(NOON + 2000.5);
    expect(reader.aliveAt()).toBe(NOON + 2000.5);
    reader.close();
  });

  it('are in the log as well, where the file beside it is lost or spoilt', () => {
    const store = open();
    store.markAlive(NOON);
    store.close();
    writeFileSync(`${path}-alive`, 'what?');
    expect(open().aliveAt()).toBe(NOON);
    stores.pop()?.close();
    rmSync(`${path}-alive`);
    expect(open().aliveAt()).toBe(NOON);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store, StoreOptions } from '../../src/store/store.ts';
import { alert, event, NOON } from './values.ts';

const log = createLogger({ level: 'silent' });
let folder: string;
let path: string;
const opened: Store[] = [];

function open(opts: Partial<StoreOptions> = {}): Store {
  const store = openStore({ path, retentionDays: 7, ...opts }, log);
  opened.push(store);
  return store;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lookout-store-'));
  path = join(folder, 'data', 'lookout.db');
});
afterEach(() => {
  for (const store of opened.splice(0)) store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('events', () => {
  it('come back exactly as they were put, after the file is opened anew', () => {
    open().putEvent(event());
    opened.pop()?.close();
    expect(open().events({})).toEqual([event()]);
  });

  it('stay one row through their phases, and the search follows the text', () => {
    const store = open();
    store.putEvent(event());
    const last = event({ phase: 'end', text: 'a person in blue falls', end: NOON + 9000, sightings: 4 });
    store.putEvent(last);
    expect(store.events({})).toEqual([last]);
    expect(store.events({ text: 'phone' })).toEqual([]);
    expect(store.events({ text: 'FALLS blue' })).toEqual([last]);
  });

  it('belong to a range if they overlap it, however long they are', () => {
    const store = open();
    store.putEvent(event({ id: 'long', start: NOON - 3_600_000, end: NOON + 60_000 }));
    store.putEvent(event({ id: 'early', start: NOON - 5000, end: NOON - 1000 }));
    store.putEvent(event({ id: 'touching', start: NOON + 1000, end: NOON + 1500 }));
    store.putEvent(event({ id: 'late', start: NOON + 1001, end: NOON + 1500 }));
    const ids = store.events({ since: NOON, until: NOON + 1000, order: 'asc' }).map((e) => e.id);
    expect(ids).toEqual(['long', 'touching']);
    expect(store.events({ until: NOON - 4000 }).map((e) => e.id)).toEqual(['early', 'long']);
  });

  it('are found by camera, limit and order', () => {
    const store = open();
    for (let i = 0; i < 5; i++) store.putEvent(event({ id: `e${i}`, camera: i % 2 ? 'yard' : 'hall', start: NOON + i, end: NOON + i }));
    expect(store.events({ camera: 'yard' }).map((e) => e.id)).toEqual(['e3', 'e1']);
    expect(store.events({ order: 'asc', limit: 2 }).map((e) => e.id)).toEqual(['e0', 'e1']);
    expect(store.events({ limit: 0 })).toEqual([]);
  });

  it.each([
    ['电话', true], ['红衣', true], ['拿起电话', true], ['红 电话', true], ['蓝', false], ['放下', false],
    ['手机 拿起', false], ['O\'Neil "x', false], ['%', false], ['_', false], ['" OR text:*', false],
  ])('search in Chinese and in odd characters: %s', (text, found) => {
    const store = open();
    store.putEvent(event({ text: '一个穿红衣的人拿起电话' }));
    expect(store.events({ text }).length).toBe(found ? 1 : 0);
  });

  it('search ignores case and accents and treats wildcards as letters', () => {
    const store = open();
    store.putEvent(event({ text: 'Phône at 50% on a_b' }));
    for (const text of ['phone', '50%', 'A_B', '0%']) expect(store.events({ text }).length).toBe(1);
    expect(store.events({ text: '5_%' })).toEqual([]);
  });

  it('that were taken back show only when asked for', () => {
    const store = open();
    store.putEvent(event({ phase: 'retracted' }));
    expect(store.events({})).toEqual([]);
    expect(store.events({ retracted: true })).toHaveLength(1);
  });

  it('with a time that is no number are refused, and the store goes on', () => {
    const store = open();
    expect(() => store.putEvent(event({ start: Number.NaN }))).toThrow(/^STORE_WRITE: /);
    store.putEvent(event());
    expect(store.events({})).toHaveLength(1);
  });
});

describe('alerts', () => {
  it('wait in the outbox until they are acknowledged', () => {
    const store = open();
    store.putAlert(alert());
    store.putAlert(alert({ id: 'a2', happenedAt: NOON + 1 }));
    expect(store.pendingAlerts(10).map((a) => a.id)).toEqual(['a1', 'a2']);
    store.markPublished('a1', 'new', NOON + 3200);
    expect(store.pendingAlerts(10).map((a) => a.id)).toEqual(['a2']);
    const [second, first] = store.alerts({});
    expect(second).toEqual({ ...alert({ id: 'a2', happenedAt: NOON + 1 }), delivered: false });
    expect(first).toMatchObject({ id: 'a1', delivered: true, publishedAt: NOON + 3200, latency: { publish: 80 } });
  });

  it('are acknowledged once: a repeated or unknown acknowledgement changes nothing', () => {
    const store = open();
    store.putAlert(alert());
    store.markPublished('a1', 'new', NOON + 3200);
    store.markPublished('a1', 'new', NOON + 9999);
    store.markPublished('nobody', 'new', NOON);
    expect(store.alerts({})).toMatchObject([{ publishedAt: NOON + 3200, latency: { publish: 80 } }]);
  });

  it('that are put anew while on their way are sent again: the old acknowledgement is not theirs', () => {
    const store = open();
    store.putAlert(alert());
    const onItsWay = store.pendingAlerts(1)[0];
    store.putAlert(alert({ text: 'a person in blue picks up the phone' }));
    store.markPublished('a1', 'new', NOON + 3200, onItsWay?.seq);
    const waiting = store.pendingAlerts(10);
    expect(waiting.map((a) => a.text)).toEqual(['a person in blue picks up the phone']);
    expect(store.alerts({})).toHaveLength(1);
    expect(store.pendingAlerts(10, waiting[0]?.seq)).toEqual([]);
  });

  it('are found by rule, camera, event, time and text', () => {
    const store = open();
    store.putAlert(alert());
    store.putAlert(alert({ id: 'a2', ruleId: 'fall', eventId: 'e2', ruleText: '有人摔倒时提醒我', happenedAt: NOON + 60_000 }));
    const ids = (q: Parameters<Store['alerts']>[0]): string[] => store.alerts(q).map((a) => a.id);
    expect(ids({ rule: 'fall' })).toEqual(['a2']);
    expect(ids({ event: 'e1' })).toEqual(['a1']);
    expect(ids({ text: '摔倒' })).toEqual(['a2']);
    expect(ids({ since: NOON + 1 })).toEqual(['a2']);
    expect(ids({ until: NOON + 1, camera: 'hall' })).toEqual(['a1']);
    expect(ids({ camera: 'yard' })).toEqual([]);
  });
});

describe('coverage', () => {
  it('opens a gap once per reason and closes what is meant', () => {
    const store = open();
    store.openGap('hall', 'offline', 'no route', NOON);
    store.openGap('hall', 'offline', 'still none', NOON + 10);
    store.openGap('hall', 'model', 'restarting', NOON + 20);
    store.openGap('yard', 'offline', '', NOON + 30);
    store.closeGap('hall', NOON + 100, 'model');
    expect(store.coverage({ camera: 'hall', order: 'asc' })).toEqual([
      { camera: 'hall', start: NOON, end: null, reason: 'offline', detail: 'no route' },
      { camera: 'hall', start: NOON + 20, end: NOON + 100, reason: 'model', detail: 'restarting' },
    ]);
    store.closeGap('hall', NOON - 5);
    expect(store.coverage({ camera: 'hall', reason: 'offline' })).toMatchObject([{ start: NOON, end: NOON }]);
    expect(store.stats()).toMatchObject({ gaps: 3, openGaps: 1 });
  });

  it('joins dropped windows that overlap and keeps those that do not', () => {
    const store = open();
    const drop = (from: number, to: number, camera = 'hall'): void =>
      store.putCoverage({ camera, start: NOON + from, end: NOON + to, reason: 'dropped', detail: 'newer window' });
    drop(0, 8);
    drop(1, 9);
    drop(20, 28);
    drop(1, 9, 'yard');
    const spans = store.coverage({ order: 'asc', camera: 'hall' }).map((c) => [c.start - NOON, (c.end ?? 0) - NOON]);
    expect(spans).toEqual([[0, 9], [20, 28]]);
  });

  it('counts an open gap as reaching into every later range', () => {
    const store = open();
    store.openGap('hall', 'offline', '', NOON);
    expect(store.coverage({ since: NOON + 1e9 })).toHaveLength(1);
    expect(store.coverage({ until: NOON - 1 })).toEqual([]);
  });
});

describe('retention', () => {
  const DAY = 86_400_000;

  it('deletes what is too old and nothing else', () => {
    const store = open();
    store.putEvent(event({ id: 'old', start: NOON - 9 * DAY, end: NOON - 8 * DAY }));
    store.putEvent(event({ id: 'lasting', start: NOON - 9 * DAY, end: NOON }));
    store.putAlert(alert({ id: 'sent', happenedAt: NOON - 8 * DAY }));
    store.markPublished('sent', 'new', NOON - 8 * DAY);
    store.putAlert(alert({ id: 'waiting', happenedAt: NOON - 8 * DAY }));
    store.putCoverage({ camera: 'hall', start: NOON - 9 * DAY, end: NOON - 8 * DAY, reason: 'offline', detail: '' });
    store.openGap('hall', 'offline', '', NOON - 9 * DAY);
    expect(store.prune(NOON)).toEqual({ deleted: 3, more: false, media: [] });
    expect(store.events({}).map((e) => e.id)).toEqual(['lasting']);
    expect(store.alerts({}).map((a) => a.id)).toEqual(['waiting']);
    expect(store.coverage({})).toMatchObject([{ end: null }]);
    expect(store.events({ text: 'phone' }).map((e) => e.id)).toEqual(['lasting']);
  });

  it('keeps everything where it is 0', () => {
    const store = open({ retentionDays: 0 });
    store.putEvent(event({ start: 0, end: 1 }));
    expect(store.prune(NOON).deleted).toBe(0);
    expect(store.events({})).toHaveLength(1);
  });

  it('takes a large backlog in bounded bites and gives the space back', () => {
    const store = open({ path: ':memory:' });
    for (let i = 0; i < 2100; i++) store.putEvent(event({ id: `e${i}`, start: i, end: i }));
    const bites = [store.prune(NOON), store.prune(NOON), store.prune(NOON)];
    expect(bites).toMatchObject([{ deleted: 1000, more: true }, { deleted: 1000, more: true }, { deleted: 100, more: false }]);
    expect(store.stats()).toMatchObject({ events: 0, oldest: null });
  });
});

it('tells how much it holds and when it last ran', () => {
  const store = open();
  expect(store.aliveAt()).toBeNull();
  store.putEvent(event());
  store.putAlert(alert());
  store.markAlive(NOON);
  store.markAlive(NOON + 1000);
  expect(store.aliveAt()).toBe(NOON + 1000);
  expect(store.stats()).toMatchObject({ events: 1, alerts: 1, pending: 1, gaps: 0, oldest: NOON, newest: NOON });
  expect(store.stats().bytes).toBeGreaterThan(0);
});

it('is read by a second, read-only connection while the daemon writes', () => {
  const daemon = open();
  daemon.putEvent(event());
  daemon.flush();
  const reader = open({ readOnly: true });
  daemon.putEvent(event({ id: 'e2' }));
  daemon.flush();
  expect(reader.events({})).toHaveLength(2);
  expect(() => reader.putEvent(event({ id: 'e3' }))).toThrow(/^STORE_WRITE: /);
});

it('keeps nothing of :memory: on the disk', () => {
  writeFileSync(join(folder, 'marker'), '');
  open({ path: ':memory:' }).putEvent(event());
  expect(open({ path: ':memory:' }).events({})).toEqual([]);
});

import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { alertLog } from '../../src/store/alerts.ts';
import { migrate } from '../../src/store/migrations.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store, StoreOptions } from '../../src/store/store.ts';
import type { EventPhase } from '../../src/values.ts';
import { alert, decision, event, look, NOON } from './values.ts';

let folder: string;
let path: string;
let store: Store;
const open = (over: Partial<StoreOptions> = {}): Store => openStore({ path, retentionDays: 7, ...over }, createLogger({ level: 'silent' }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lookout-records-'));
  path = join(folder, 'lookout.db');
  store = open();
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const full = { evidence: [{ eventId: 'e1', text: '红衣 "quoted"', start: NOON, end: NOON + 1, score: 0.9, clause: 'a bag is left' }], verified: 0.75, snapshot: 'a.jpg', clip: 'a.mp4' };

describe('an alert in its phases', () => {
  const put = (phase: EventPhase, text: string): void => store.putAlert(alert({ phase, text }));

  it('comes back as it was put, without an event too', () => {
    store.putAlert(alert({ ...full, eventId: null }));
    expect(store.alert('a1')).toEqual([{ ...alert({ ...full, eventId: null }), delivered: false }]);
    expect(store.pendingAlerts(1)).toMatchObject([full]);
  });

  it('is sent in the order of the phases; of updates the newest alone, those that were sent included', () => {
    put('new', 'a bag');
    put('update', 'a red bag');
    put('update', 'a red bag is left');
    const waiting = store.pendingAlerts(10);
    expect(waiting.map((a) => [a.phase, a.text])).toEqual([['new', 'a bag'], ['update', 'a red bag is left']]);
    for (const { id, phase, seq } of waiting) store.markPublished(id, phase, NOON + 5000, seq);
    put('update', 'a red bag is left at the door');
    put('end', 'over');
    const next = store.pendingAlerts(10);
    expect(next.map((a) => [a.phase, a.text])).toEqual([['update', 'a red bag is left at the door'], ['end', 'over']]);
    expect(next[0]?.seq).toBeGreaterThan(waiting[1]?.seq ?? Infinity);
    expect(store.alert('a1').map((a) => [a.phase, a.delivered])).toEqual([['new', true], ['update', false], ['end', false]]);
    expect(store.alerts({ newest: true }).map((a) => [a.phase, a.text])).toEqual([['end', 'over']]);
    expect(store.alerts({ newest: true, phase: 'new' })).toEqual([]);
    expect(store.alerts({ phase: 'end' }).map((a) => a.text)).toEqual(['over']);
  });

  it('keeps its pictures through later phases', () => {
    put('new', 'a bag');
    store.setMedia('a1', { snapshot: 'a.jpg' });
    put('update', 'a red bag');
    store.setMedia('a1', { clip: 'a.mp4' });
    put('update', 'a blue bag');
    expect(store.alert('a1').map((a) => [a.phase, a.snapshot, a.clip])).toEqual([['new', 'a.jpg', 'a.mp4'], ['update', 'a.jpg', 'a.mp4']]);
  });

  it('that waits among too many is kept, and no longer sent', () => {
    const db = new Database(':memory:');
    migrate(db);
    const few = alertLog(db, 150);
    const givenUp = Array.from({ length: 4 }, (_, i) => few.put(Array.from({ length: 60 }, (_a, j) => alert({ id: `a${i * 60 + j}` }))));
    expect(givenUp).toEqual([0, 0, 30, 0]);
    expect(few.pending(1000, 0)).toHaveLength(210);
    expect(few.pending(1, 0)[0]?.id).toBe('a30');
    expect(few.find({ limit: 1000 })).toHaveLength(240);
    db.close();
  });

  it('is put with others all at once or not at all, and acknowledged so', () => {
    store.putAlerts(['a', 'b', 'c'].map((id) => alert({ id })));
    expect(() => store.putAlerts([alert({ id: 'd' }), alert({ id: 'e', score: Number.NaN })])).toThrow(/^STORE_WRITE/);
    expect(store.pendingAlerts(10).map((a) => a.id)).toEqual(['a', 'b', 'c']);
    store.markAllPublished(store.pendingAlerts(2).map(({ id, phase, seq }) => ({ id, phase, seq, at: NOON + 4000 })));
    expect(store.pendingAlerts(10).map((a) => a.id)).toEqual(['c']);
  });
});

it('ids may be given by a beginning that is theirs alone', () => {
  for (const id of ['1f3a0b77-1111', '1f3a0b77-2222', '1f3a9999-0000']) {
    store.putEvent(event({ id }));
    store.putAlert(alert({ id }));
    store.putAlert(alert({ id, phase: 'end' }));
  }
  store.putEvent(event({ id: '1f3a' }));
  expect(store.event('1f3a9')?.id).toBe('1f3a9999-0000');
  expect(store.event('1f3a')?.id).toBe('1f3a');
  expect(store.event('1f3')).toBeUndefined();
  expect(store.event('%%%%')).toBeUndefined();
  expect(() => store.event('1f3a0')).toThrow('USAGE: several ids begin with "1f3a0": give more of it.');
  expect(store.alert('1f3a0b77-2').map((a) => a.phase)).toEqual(['new', 'end']);
  expect(() => store.alert('1f3a')).toThrow(/^USAGE/);
  expect(store.alert('none-such')).toEqual([]);
});

it('decisions and looks are found by every question, after the file is opened anew', () => {
  store.putDecision(decision());
  store.putDecision(decision({ eventId: null, alertId: 'a1', outcome: 'alerted', score: null, at: NOON + 1000.5, camera: 'yard', ruleId: 'bag', detail: '2 of 3' }));
  store.putLook(look());
  store.putLook(look({ windowId: 'long', from: NOON - 600_000, to: NOON + 1, sightings: [] }));
  store.close();
  store = open();
  const outcomes = (q: Parameters<Store['decisions']>[0]): string[] => store.decisions(q).map((d) => d.outcome);
  expect(store.decisions({ order: 'asc' })).toEqual([decision(), decision({ eventId: null, alertId: 'a1', outcome: 'alerted', score: null, at: NOON + 1000.5, camera: 'yard', ruleId: 'bag', detail: '2 of 3' })]);
  expect([{ rule: 'bag' }, { camera: 'yard' }, { alert: 'a1' }, { outcome: 'alerted' as const }, { since: NOON + 1 }].map(outcomes)).toEqual(Array.from({ length: 5 }, () => ['alerted']));
  expect([{ event: 'e1' }, { until: NOON }, { limit: 1, order: 'asc' as const }].map(outcomes)).toEqual(Array.from({ length: 3 }, () => ['below_threshold']));
  expect(store.looks({ since: NOON, until: NOON }).map((l) => l.windowId)).toEqual(['w1', 'long']);
  expect(store.looks({ until: NOON - 500_000 })).toEqual([look({ windowId: 'long', from: NOON - 600_000, to: NOON + 1, sightings: [] })]);
  expect(store.looks({ camera: 'yard' })).toEqual([]);
});

it('rules remember, each for each camera, until they forget', () => {
  store.saveRuleState('phone', 'hall', '{"a":1}');
  store.saveRuleState('phone', 'yard', '{"a":2}');
  store.saveRuleState('phone', 'hall', '{"a":3}');
  store.close();
  store = open();
  expect([store.loadRuleState('phone', 'hall'), store.loadRuleState('phone', 'yard'), store.loadRuleState('bag', 'hall')]).toEqual(['{"a":3}', '{"a":2}', undefined]);
  store.saveRuleState('phone', 'hall', undefined);
  expect(store.loadRuleState('phone', 'hall')).toBeUndefined();
});

describe('feedback', () => {
  it('is the last word on an alert, with the alert in its latest phase', () => {
    store.putAlert(alert());
    store.putAlert(alert({ phase: 'end', text: 'over' }));
    store.putAlert(alert({ id: 'a2', ruleId: 'bag' }));
    store.putFeedback({ alertId: 'a1', right: true, note: '', at: NOON });
    store.putFeedback({ alertId: 'a1', right: false, note: "it was a \u001b[2J toy'; --", at: NOON + 10 });
    store.putFeedback({ alertId: 'a2', right: true, note: '', at: NOON + 20 });
    expect(store.feedback({ rule: 'phone' })).toMatchObject([{ alertId: 'a1', right: false, note: "it was a \u001b[2J toy'; --", at: NOON + 10, alert: { phase: 'end', text: 'over' } }]);
    expect(store.feedback({ alert: 'a2' })).toHaveLength(1);
    expect(store.feedback({ since: NOON + 11 }).map((f) => f.alertId)).toEqual(['a2']);
    expect(store.feedback({ until: NOON + 11 }).map((f) => f.alertId)).toEqual(['a1']);
    expect(() => store.putFeedback({ alertId: 'a1', right: true, note: '', at: Number.NaN })).toThrow(/^STORE_WRITE/);
  });

  it('is given beside the daemon, and without one', () => {
    store.putAlert(alert());
    const beside = open({ annotate: true });
    beside.putFeedback({ alertId: 'a1', right: true, note: 'yes', at: NOON });
    expect(store.feedback({})).toHaveLength(1);
    store.close();
    beside.putFeedback({ alertId: 'a1', right: false, note: 'no', at: NOON + 1 });
    beside.close();
    store = open();
    expect(store.feedback({})).toMatchObject([{ right: false, note: 'no' }]);
    expect(() => open({ annotate: true, path: join(folder, 'none.db') })).toThrow(/^STORE_OPEN: there is no event log/);
  });
});

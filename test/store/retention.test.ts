import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { alert, decision, event, look, NOON } from './values.ts';

const DAY = 86_400_000;
const OLD = NOON - 30 * DAY;
const evidence = (eventId: string) => ({ eventId, text: 'a bag is put down', start: OLD, end: OLD + 1, score: 0.9, clause: 'bag' });

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lookout-retention-'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = (over: { retentionDays?: number; maxMb?: number } = {}): Store => (store = openStore({ path: join(folder, 'lookout.db'), retentionDays: 7, ...over }, createLogger({ level: 'silent' })));

function pruned(at = NOON): string[] {
  const media: string[] = [];
  for (;;) {
    const step = store.prune(at);
    media.push(...step.media);
    if (!step.more) return media;
  }
}

const sent = (id: string, over: Parameters<typeof alert>[0] = {}): void => {
  store.putAlert(alert({ id, happenedAt: OLD, start: OLD, end: OLD + 2000, detectedAt: OLD, publishedAt: OLD, ...over }));
  store.markPublished(id, over.phase ?? 'new', OLD);
};

describe('what is too old goes, and nothing that a kept alert points to', () => {
  beforeEach(() => {
    open();
    for (const id of ['lone', 'decides', 'bag', 'cause']) store.putEvent(event({ id, start: OLD, end: OLD + 2000 }));
    for (const eventId of ['lone', 'bag']) store.putDecision(decision({ eventId, at: OLD }));
    store.putDecision(decision({ eventId: null, alertId: 'kept', at: OLD }));
    store.putLook(look({ windowId: 'then', from: OLD - 3000, to: OLD + 1000 }));
    store.putLook(look({ windowId: 'elsewhere', camera: 'yard', from: OLD, to: OLD + 1000 }));
    store.putLook(look({ windowId: 'later', from: OLD + 60_000, to: OLD + 61_000 }));
  });

  const left = (): Record<string, string[]> => ({
    alerts: store.alerts({}).map((a) => a.id).sort(), events: store.events({}).map((e) => e.id).sort(), looks: store.looks({}).map((l) => l.windowId).sort(),
    decisions: store.decisions({}).map((d) => d.eventId ?? d.alertId ?? '').sort(),
  });

  it('without an alert all of it goes', () => {
    sent('kept', { eventId: 'decides', evidence: [evidence('bag')] });
    pruned();
    expect(left()).toEqual({ alerts: [], events: [], looks: [], decisions: [] });
  });

  it.each([
    ['waits for the broker', () => store.putAlert(alert({ id: 'kept', happenedAt: OLD, start: OLD, end: OLD + 2000, eventId: 'decides', evidence: [evidence('bag')] }))],
    ['was judged', () => {
      sent('kept', { eventId: 'decides', evidence: [evidence('bag')] });
      store.putFeedback({ alertId: 'kept', right: false, note: '', at: NOON });
    }],
    ['waits in one of its phases', () => {
      sent('kept', { eventId: 'decides', evidence: [evidence('bag')] });
      store.putAlert(alert({ id: 'kept', phase: 'end', happenedAt: OLD, start: OLD, end: OLD + 2000 }));
    }],
  ])('an alert that %s is kept with its events, decisions and looks', (_why, keep) => {
    keep();
    sent('goes', { eventId: 'lone', evidence: [evidence('cause')] });
    pruned();
    const { alerts, ...rest } = left();
    expect(new Set(alerts)).toEqual(new Set(['kept']));
    expect(rest).toEqual({ events: ['bag', 'decides'], looks: ['then'], decisions: ['bag', 'kept'] });
    expect(store.events({ text: 'phone' })).toHaveLength(2);
  });

  it('an old event that a new alert rests on stays', () => {
    store.putAlert(alert({ id: 'new', happenedAt: NOON, eventId: 'e1', evidence: [evidence('cause')] }));
    store.markPublished('new', 'new', NOON);
    pruned();
    expect(left()).toMatchObject({ alerts: ['new'], events: ['cause'] });
  });
});

describe('pictures', () => {
  it('of alerts that are gone are told, once, and again only after a crash', () => {
    open();
    sent('a');
    store.setMedia('a', { snapshot: 'a.jpg', clip: 'a.mp4' });
    sent('b', { phase: 'end' });
    store.setMedia('b', { snapshot: 'b.jpg' });
    store.putFeedback({ alertId: 'b', right: true, note: '', at: NOON });
    expect(store.prune(NOON).media.sort()).toEqual(['a.jpg', 'a.mp4']);
    store.close();
    open();
    expect(store.pointedMedia(['a.jpg', 'b.jpg', 'c.jpg'])).toEqual(new Set(['b.jpg']));
    expect(store.prune(NOON).media).toEqual([]);
  });

  it('that others take the place of are told', () => {
    open();
    store.putAlert(alert({ id: 'a' }));
    store.setMedia('a', { snapshot: 'first.jpg', clip: 'a.mp4' });
    store.setMedia('a', { snapshot: 'second.jpg', clip: 'a.mp4' });
    expect(store.alert('a')).toMatchObject([{ snapshot: 'second.jpg', clip: 'a.mp4' }]);
    expect(store.prune(NOON).media).toEqual(['first.jpg']);
  });

  it('are given up oldest first, but not those of judged alerts', () => {
    open();
    for (const [i, id] of ['judged', 'older', 'newer'].entries()) {
      store.putAlert(alert({ id, happenedAt: NOON + i }));
      store.putAlert(alert({ id, phase: 'end', happenedAt: NOON + i }));
      store.setMedia(id, { snapshot: `${id}.jpg`, clip: `${id}.mp4` });
    }
    store.putFeedback({ alertId: 'judged', right: true, note: '', at: NOON });
    expect(store.dropOldestMedia(1).sort()).toEqual(['older.jpg', 'older.mp4']);
    expect(store.alert('older').every((a) => a.snapshot === null && a.clip === null)).toBe(true);
    expect(store.dropOldestMedia(10).sort()).toEqual(['newer.jpg', 'newer.mp4']);
    expect(store.pointedMedia(['judged.jpg', 'newer.jpg'])).toEqual(new Set(['judged.jpg']));
  });
});

describe('a file that is too big', () => {
  it('loses its oldest until it is under the bound, and keeps what an alert rests on', () => {
    open({ retentionDays: 0, maxMb: 3 });
    const long = 'a person picks up the phone '.repeat(8);
    for (let i = 0; i < 8000; i++) store.putEvent(event({ id: `e${i}`, text: `${long}${i % 97}`, start: NOON + i * 1000, end: NOON + i * 1000 + 500 }));
    for (let i = 0; i < 500; i++) store.putLook(look({ windowId: `w${i}`, from: NOON + i * 10_000, to: NOON + i * 10_000 + 5000 }));
    store.putAlert(alert({ id: 'waits', eventId: 'e3', happenedAt: NOON, end: NOON + 100 }));
    expect(store.stats().bytes).toBeGreaterThan(3 * 2 ** 20);
    pruned(NOON + 8_000_000);
    const events = store.events({ order: 'asc', limit: 10_000 });
    expect(events[0]?.id).toBe('e3');
    expect(events.at(-1)?.id).toBe('e7999');
    expect(events.length).toBeGreaterThan(1000);
    expect(events.length).toBeLessThan(7999);
    // The oldest went: what is left is one stretch up to the newest.
    expect(events.slice(1).map((e) => Number(e.id.slice(1)))).toEqual(Array.from({ length: events.length - 1 }, (_, i) => 8000 - (events.length - 1) + i));
    expect(store.pendingAlerts(10).map((a) => a.id)).toEqual(['waits']);
    store.close();
    expect(statSync(join(folder, 'lookout.db')).size).toBeLessThan(3.3 * 2 ** 20);
    open();
  });

  it('of what must be kept stays as it is, and is not tried for ever', () => {
    open({ retentionDays: 0, maxMb: 1 });
    for (let i = 0; i < 1500; i++) store.putAlert(alert({ id: `a${i}`, text: 'x'.repeat(800), eventId: null }));
    expect(pruned(NOON + DAY)).toEqual([]);
    expect(store.pendingAlerts(2000)).toHaveLength(1500);
  });
});

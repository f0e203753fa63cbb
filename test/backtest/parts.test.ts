import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { backtest } from '../../src/backtest/backtest.ts';
import type { BacktestOptions, BacktestReport } from '../../src/backtest/backtest.ts';
import { pages } from '../../src/backtest/pages.ts';
import { between, watchedTime } from '../../src/backtest/watched.ts';
import { ruleSchema } from '../../src/config/ruleSchema.ts';
import type { Store } from '../../src/store/store.ts';
import { look, openHistory } from '../explain/history.ts';
import { event, NOON } from '../store/values.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Scores are told by the text itself: "phone 0.43". */
function tried(store: Store, yaml: string, over: Partial<BacktestOptions> = {}): Promise<BacktestReport> {
  const rule = ruleSchema.parse({ id: 'tried', ...(parse(yaml) as object) });
  const score: BacktestOptions['score'] = (questions) => Promise.resolve(questions.map(({ text, ask }) => (text.startsWith(ask) ? Number(text.split(' ').at(-1)) : 0.01)));
  return backtest(store, { rule, since: NOON, until: NOON + DAY, cameras: ['hall'], score, ...over });
}

function put(store: Store, id: string, text: string, start: number, seconds = 2): void {
  store.putEvent(event({ id, text, start, end: start + seconds * 1000, detectedAt: start + 1500, phase: 'end' }));
}

describe('pages', () => {
  test('hold every event once, in order, few at a time, also where very much happens at once', () => {
    const store = openHistory();
    const starts = [...Array.from({ length: 300 }, (_, i) => NOON + i * 20_000), ...Array.from({ length: 300 }, (_, i) => NOON + 2 * HOUR + i), ...Array.from({ length: 40 }, () => NOON + 5 * HOUR), NOON + 20 * DAY];
    starts.forEach((start, i) => put(store, `event-${i}`, 'x', start, i % 50 === 0 ? 7200 : 2));
    put(store, 'before', 'x', NOON - 1000, 10_000);
    const all = [...pages(store, { since: NOON, until: NOON + 20 * DAY, most: 25 })];
    const ids = all.flatMap((page) => page.events.map((one) => one.id));
    expect(ids).toHaveLength(starts.length);
    expect(new Set(ids).size).toBe(starts.length);
    const found = all.flatMap((page) => page.events.map((one) => one.start));
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(Math.max(...all.map((page) => page.events.length))).toBeLessThanOrEqual(40);
    expect(all.length).toBeLessThan(150);
    for (const [i, page] of all.entries()) expect(page.from).toBe(i === 0 ? NOON : all[i - 1]?.to);
  });
});

describe('watched time', () => {
  test('begins with the first thing known, leaves out gaps, and ends with the last sign of life', () => {
    const store = openHistory();
    expect(watchedTime(store, 'hall', NOON, NOON + DAY)).toMatchObject({ stretches: [], ms: 0 });
    store.putLook(look({ from: NOON + HOUR, to: NOON + HOUR + 1 }));
    store.putCoverage({ camera: 'hall', start: NOON + 2 * HOUR, end: NOON + 3 * HOUR, reason: 'offline', detail: '' });
    store.putCoverage({ camera: 'hall', start: NOON + 2.5 * HOUR, end: NOON + 4 * HOUR, reason: 'model', detail: '' });
    store.putCoverage({ camera: 'yard', start: NOON, end: NOON + DAY, reason: 'offline', detail: '' });
    store.markAlive(NOON + 6 * HOUR);
    const watched = watchedTime(store, 'hall', NOON, NOON + DAY);
    expect(watched).toEqual({ camera: 'hall', stretches: [{ from: NOON + HOUR, to: NOON + 2 * HOUR }, { from: NOON + 4 * HOUR, to: NOON + 6 * HOUR }], ms: 3 * HOUR });
    expect(between(watched, NOON + 1.5 * HOUR, NOON + 5 * HOUR)).toEqual([{ from: NOON + 1.5 * HOUR, to: NOON + 2 * HOUR }, { from: NOON + 4 * HOUR, to: NOON + 5 * HOUR }]);
    store.openGap('hall', 'offline', '', NOON + 5 * HOUR);
    expect(watchedTime(store, 'hall', NOON, NOON + DAY).ms).toBe(2 * HOUR);
  });
});

describe('a report', () => {
  test('tells near misses by their wordings, nearest first, and nothing beyond the margin', async () => {
    const store = openHistory();
    put(store, 'e1', 'phone 0.43', NOON + HOUR);
    put(store, 'e2', 'phone 0.48', NOON + 2 * HOUR);
    put(store, 'e3', 'phone 0.43', NOON + 3 * HOUR);
    put(store, 'e4', 'phone 0.29', NOON + 4 * HOUR);
    put(store, 'e5', 'phone 0.5', NOON + 5 * HOUR);
    store.markAlive(NOON + DAY);
    const report = await tried(store, 'alert: phone');
    expect(report).toMatchObject({ events: 5, texts: 4, alerts: 1, nearMissEvents: 3 });
    expect(report.nearMisses.map(({ text, events, last }) => [text, events, last.id])).toEqual([['phone 0.48', 1, 'e2'], ['phone 0.43', 2, 'e3']]);
    expect(report.nearMisses[0]?.short).toBeCloseTo(0.02);
    expect((await tried(store, 'alert: phone', { margin: 0.03 })).nearMissEvents).toBe(1);
    expect((await tried(store, 'alert: phone', { margin: 0.3 })).nearMissEvents).toBe(4);
    expect(report.thresholds.map(({ threshold, alerts }) => [threshold, alerts])).toEqual([[0.3, 4], [0.4, 4], [0.5, 1], [0.6, 0], [0.7, 0], [0.8, 0], [0.9, 0]]);
  });

  test('compares thresholds with the rule’s parts in time: each as if it alone were in force', async () => {
    const store = openHistory();
    for (let i = 0; i < 6; i++) put(store, `e${i}`, `phone 0.${i % 2 ? 6 : 9}`, NOON + HOUR + i * MINUTE);
    store.markAlive(NOON + DAY);
    const alerts = async (yaml: string): Promise<number[]> => (await tried(store, yaml, { thresholds: [0.5, 0.8] })).thresholds.map((one) => one.alerts);
    expect(await alerts('alert: phone\ncooldown: 90s')).toEqual([3, 3]);
    expect(await alerts('alert: phone\ncount: 3 in 3m')).toEqual([2, 0]);
    expect(await alerts('alert: phone\ncount: 3 in 5m\nthreshold: 0.8')).toEqual([2, 1]);
  });

  test('tells what nearly came true: a count one short, what did not last, what was nearly absent', async () => {
    const store = openHistory();
    store.putLook(look({ from: NOON, to: NOON + 1 }));
    put(store, 'e1', 'phone 0.9', NOON + 50 * MINUTE, 25);
    put(store, 'e2', 'phone 0.9', NOON + 52 * MINUTE, 3);
    put(store, 'e3', 'phone 0.9', NOON + 200 * MINUTE, 3);
    store.markAlive(NOON + DAY);
    const count = await tried(store, 'alert: phone\ncount: 3 in 5m');
    expect(count).toMatchObject({ alerts: 0, inVainCount: 3 });
    expect(count.inVain.map(({ eventId, detail }) => [eventId, detail])).toEqual([['e2', '2 of 3']]);
    const lasting = await tried(store, 'alert: phone\nfor: 30s');
    expect(lasting.inVain.map(({ eventId, detail }) => [eventId, detail])).toEqual([['e1', 'was over after 25.0 s of 30 s']]);
    const absent = await tried(store, 'alert: phone\nabsent: 1h');
    expect(absent.inVain.map(({ eventId, detail }) => [eventId, detail])).toEqual([['e1', 'it had not happened for 3000 s of 3600 s']]);
    expect(absent.list.map((one) => [one.eventId, one.happenedAt - NOON])).toEqual([[null, 52 * MINUTE + 3000 + HOUR], [null, 200 * MINUTE + 3000 + HOUR]]);
  });

  test('has days and cameras; a camera that is not configured any more counts too', async () => {
    const store = openHistory();
    for (let day = 0; day < 4; day++) for (let i = 0; i <= day; i++) put(store, `e${day}-${i}`, 'phone 0.9', NOON + day * DAY + i * MINUTE);
    store.putEvent(event({ id: 'y', camera: 'yard', text: 'phone 0.9', start: NOON + HOUR, end: NOON + HOUR + 1, detectedAt: NOON + HOUR + 1, phase: 'end' }));
    store.markAlive(NOON + 4 * DAY);
    const report = await tried(store, 'alert: phone', { until: NOON + 4 * DAY });
    expect(report).toMatchObject({ alerts: 11, perDay: 2.75, byCamera: [{ camera: 'hall', alerts: 10 }, { camera: 'yard', alerts: 1 }] });
    expect(report.days.map((one) => one.alerts)).toEqual([2, 2, 3, 4]);
    expect((await tried(store, 'alert: phone\ncameras: [hall]', { until: NOON + 4 * DAY })).alerts).toBe(10);
    expect((await tried(store, 'alert: phone', { until: NOON + 2 * HOUR })).perDay).toBeNull();
  });

  test('leaves out what was taken back, and tells that no second look can be had', async () => {
    const store = openHistory();
    put(store, 'e1', 'phone 0.9', NOON + HOUR);
    store.putEvent(event({ id: 'e2', text: 'phone 0.9', start: NOON + 2 * HOUR, end: NOON + 2 * HOUR, phase: 'retracted' }));
    store.markAlive(NOON + DAY);
    const report = await tried(store, 'alert: phone\nverify: true\nenabled: false\nsnoozed_until: 2100-01-01\nuntil: 2020-01-01');
    expect(report.alerts).toBe(1);
    expect(report.caveats).toHaveLength(2);
  });

  test('of an empty log is empty', async () => {
    expect(await tried(openHistory(), 'alert: phone\nabsent: 10m')).toMatchObject({ alerts: 0, events: 0, texts: 0, perDay: null, list: [], watched: [{ camera: 'hall', ms: 0 }] });
  });
});

test('a hundred thousand events are tried in bounded memory; each wording is scored once', { timeout: 240_000 }, async () => {
  const store = openHistory();
  const total = 100_000;
  // a month; one in ten is what the rule asks for
  for (let i = 0; i < total; i++) put(store, `event-${i}`, `phone 0.${String(i % 10 ? i % 29 : 95).padStart(2, '0')}`, NOON + Math.floor((i * (30 * DAY - MINUTE)) / total));
  store.markAlive(NOON + 30 * DAY);
  let asked = 0;
  let most = 0;
  global.gc?.();
  const before = process.memoryUsage().heapUsed;
  const pulse = setInterval(() => (most = Math.max(most, process.memoryUsage().heapUsed)), 50);
  const report = await tried(store, 'alert: phone\ncooldown: 10s', {
    until: NOON + 30 * DAY,
    score: (questions) => {
      asked += questions.length;
      return Promise.resolve(questions.map(({ text }) => Number(text.split(' ').at(-1))));
    },
  });
  clearInterval(pulse);
  expect(asked).toBe(30);
  expect(report).toMatchObject({ events: total, texts: 30, alerts: 10_000, list: { length: 1000 } });
  // held at a time: a page of events, and not all of them (some 60 MB and more); the rest is what the collector has not taken yet
  expect(most - before).toBeLessThan(400e6);
});

test('the signal ends it', async () => {
  const store = openHistory();
  for (let i = 0; i < 5000; i++) put(store, `event-${i}`, 'phone 0.9', NOON + i * 1000);
  store.markAlive(NOON + DAY);
  const stop = new AbortController();
  const ended = tried(store, 'alert: phone', { signal: stop.signal });
  setTimeout(() => stop.abort(new Error('stopped by its test')), 5);
  await expect(ended).rejects.toThrow('stopped by its test');
});

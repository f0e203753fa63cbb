import Database from 'better-sqlite3';
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BacktestOut } from '../../../src/api/schemas/backtest.ts';
import type { AlertStoryOut, EventStoryOut, WhyNotOut } from '../../../src/api/schemas/explain.ts';
import type { FeedbackReportOut } from '../../../src/api/schemas/feedback.ts';
import type { StatusOut } from '../../../src/api/schemas/status.ts';
import { LookoutError } from '../../../src/errors.ts';
import type { Store } from '../../../src/store/store.ts';
import { alert, decision, event, look, NOON } from '../../store/values.ts';
import { heard, house, refusal, told } from './house.ts';

const HOUR = 3_600_000;

/** How sure the model would be that the words say so. */
function scores(questions: readonly { readonly text: string; readonly ask: string }[]): Promise<number[]> {
  return Promise.resolve(questions.map(({ text, ask }) => (text.includes('phone') && ask.includes('phone') ? 0.9 : text.includes('hand') ? 0.4 : 0.02)));
}

/** A day of the hall, with something now and then. */
function aDay(store: Store): void {
  store.putLook(look({ windowId: 'first', camera: 'hall', from: NOON - 24 * HOUR, to: NOON - 24 * HOUR + 8000 }));
  for (let i = 0; i < 48; i++) {
    const start = NOON - i * HOUR * 0.5;
    store.putEvent(event({ id: `event-${i}`, start, end: start + 2000, detectedAt: start + 3000, phase: 'end', text: i % 6 === 0 ? 'a person picks up the phone' : i % 6 === 3 ? 'a hand is near it' : 'somebody walks' }));
  }
}

describe('explanations', () => {
  test('of an alert and of an event hold everything that is kept of them', async () => {
    const { store, get } = await house();
    store.putEvent(event({ id: 'event-1', end: NOON + 2000 }));
    store.putLook(look({ windowId: 'w1', from: NOON - 4000, to: NOON + 4000, sightings: [{ text: 'a person picks up the phone', start: NOON, end: NOON + 2000, confidence: 0.9 }] }));
    store.putAlert(alert({ id: 'alert-1', eventId: 'event-1', evidence: [{ eventId: 'event-1', text: 'a person', start: NOON, end: NOON + 2000, score: 0.97, clause: 'someone picks up phone' }] }));
    store.putDecision(decision({ eventId: 'event-1', outcome: 'alerted', alertId: 'alert-1', score: 0.97 }));
    store.putFeedback({ alertId: 'alert-1', right: true, note: '', at: NOON });
    expect(await told<AlertStoryOut>(get('/v1/alerts/alert-1/explain'))).toMatchObject({
      kind: 'alert', alert: { id: 'alert-1' }, phases: [{ phase: 'new' }], evidence: [{ event_id: 'event-1', score: 0.97, found: { id: 'event-1' } }], looks: [{ window_id: 'w1', sightings: [{ confidence: 0.9 }] }],
      decisions: [{ outcome: 'alerted', alert_id: 'alert-1' }], feedback: [{ right: true }], deleted: [],
    });
    expect(await told<EventStoryOut>(get('/v1/events/event-1/explain'))).toMatchObject({ kind: 'event', event: { id: 'event-1' }, alerts: [{ id: 'alert-1' }], decisions: [{ why: 'someone picks up phone' }], deleted: [] });
    expect(await refusal(get('/v1/alerts/event-1/explain'))).toBe('404 LOG_UNKNOWN_ID');
    expect(await refusal(get('/v1/events/alert-1/explain'))).toBe('404 LOG_UNKNOWN_ID');
  });

  test('of an alert that did not come tell the link that broke, in the zone that is asked for', async () => {
    const { store, get } = await house();
    store.putEvent(event({ id: 'event-1', end: NOON + 2000, text: 'a hand is near' }));
    store.putLook(look({ windowId: 'w1', from: NOON - 4000, to: NOON + 4000, sightings: [{ text: 'a hand is near', start: NOON, end: NOON + 2000, confidence: 0.9 }] }));
    store.putDecision(decision({ eventId: 'event-1', score: 0.4 }));
    const why = (query: string): Promise<Response> => get(`/v1/explain?${query}`);
    expect(await told<WhyNotOut>(why('rule=phone&camera=hall&at=14:30&timezone=UTC'))).toMatchObject({ rule: 'phone', camera: 'hall', event_id: null, from_ms: NOON, to_ms: NOON + 59_999, failed: 'score', says: expect.stringContaining('0.4'), alert: null });
    expect(await told<WhyNotOut>(why('rule=phone&event=event-1'))).toMatchObject({ camera: 'hall', event_id: 'event-1', failed: 'score' });
    expect(await told<WhyNotOut>(why('rule=bag&at=14:30&timezone=UTC'))).toMatchObject({ camera: 'hall' });
    expect(await told<WhyNotOut>(why('rule=dog&camera=hall&at=14:30&timezone=UTC'))).toMatchObject({ failed: 'rule', checks: expect.arrayContaining([expect.objectContaining({ name: 'cooldown', state: 'open' })]) });
    expect(await told<WhyNotOut>(why('rule=nobody&camera=hall&at=14:30&timezone=UTC'))).toMatchObject({ failed: 'rule', says: 'There is no rule nobody.' });
    store.openGap('door', 'offline', 'No route.', NOON - HOUR);
    expect((await told<WhyNotOut>(why('rule=phone&camera=door&at=22:30&timezone=Asia/Shanghai'))).checks.find(({ name }) => name === 'watched')).toMatchObject({ state: 'failed', says: expect.stringContaining('(Asia/Shanghai)'), gaps: [{ camera: 'door' }] });
    expect(await refusal(why('rule=phone&camera=hall'))).toBe('400 USAGE');
    expect(await refusal(why('rule=phone&camera=hall&at=14:30&event=event-1'))).toBe('400 USAGE');
    expect(await refusal(why('rule=phone&at=14:30&timezone=UTC'))).toBe('400 USAGE');
    expect(await refusal(why('rule=phone&camera=hall&at=2100-01-01T00:00Z'))).toBe('400 USAGE');
    expect(await refusal(why('rule=phone&event=nothing'))).toBe('404 LOG_UNKNOWN_ID');
  });
});

describe('a rule is tried on the past', () => {
  test('by its id or as an entry, with other keys over it', async () => {
    const { store, post } = await house({ score: scores });
    aDay(store);
    const report = await told<BacktestOut>(post('/v1/rules/test', { rule: 'phone', since: '1d', thresholds: [0.3, 0.95] }, { scope: 'viewer' }));
    expect(report).toMatchObject({ rule: { id: 'phone', threshold: 0.5 }, events: 48, texts: 3, alerts: 8, by_camera: [{ camera: 'hall', alerts: 8 }], near_miss_events: 8, near_misses: [{ event: 'a hand is near it', score: 0.4, events: 8 }] });
    expect(report.thresholds.map(({ threshold, alerts }) => [threshold, alerts])).toEqual([[0.3, 16], [0.5, 8], [0.95, 0]]);
    expect(report.list.at(-1)).toMatchObject({ happened_at_ms: NOON, event_id: 'event-0', taken_back: false });
    const other = await told<BacktestOut>(post('/v1/rules/test', { rule: 'phone', overrides: { threshold: 0.3, cooldown: '4h' }, since: '1d', limit: 2 }));
    expect([other.rule.threshold, other.alerts, other.list.length]).toEqual([0.3, 6, 2]);
    const entry = await told<BacktestOut>(post('/v1/rules/test', { entry: { alert: 'the phone is used', count: '2 in 4h' }, since: '1d' }));
    expect([entry.rule.id, entry.alerts > 0, entry.rule.says]).toEqual(['tried', true, expect.stringContaining('2 times within 4h')]);
  });

  test('with its progress told, where that is asked for', async () => {
    const { store, post } = await house({
      async score(questions, { onProgress }) {
        onProgress?.(0, questions.length);
        await new Promise(setImmediate);
        onProgress?.(questions.length, questions.length);
        return scores(questions);
      },
    });
    aDay(store);
    const answer = await post('/v1/rules/test', { rule: 'phone', since: '1d' }, { headers: { accept: 'text/event-stream' } });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const all: { event: string; data: unknown }[] = [];
    for await (const one of heard(answer)) all.push(one);
    expect(all.at(-1)).toMatchObject({ event: 'report', data: { alerts: 8 } });
    expect(new Set(all.slice(0, -1).map(({ event: name }) => name))).toEqual(new Set(['progress']));
    expect(all.map(({ data }) => (data as { stage?: string }).stage)).toEqual(expect.arrayContaining(['reading', 'scoring']));
    const failed: unknown[] = [];
    const { post: other, store: log } = await house({ score: () => Promise.reject(new LookoutError('MODEL_RUNTIME', 'it is gone.')) });
    aDay(log);
    for await (const one of heard(await other('/v1/rules/test', { rule: 'phone', since: '1d' }, { headers: { accept: 'text/event-stream' } }))) failed.push(one);
    expect(failed.at(-1)).toMatchObject({ event: 'error', data: { error: { code: 'MODEL_RUNTIME' } } });
    expect(await refusal(other('/v1/rules/test', { rule: 'phone', since: '1d' }))).toBe('503 MODEL_RUNTIME');
  });

  test.each([
    [{}, '400 USAGE'],
    [{ rule: 'phone', entry: { alert: 'x y z' } }, '400 USAGE'],
    [{ rule: 'nobody' }, '404 RULE_NOT_FOUND'],
    [{ entry: { alert: 'x y z', for: '1m', absent: '1m' } }, '422 CONFIG_INVALID'],
    [{ rule: 'phone', overrides: { colour: 'red' } }, '422 CONFIG_INVALID'],
    [{ rule: 'phone', since: '1h', until: '2h' }, '400 USAGE'],
    [{ rule: 'phone', since: 'once upon a time' }, '400 TIME_UNPARSABLE'],
    [{ rule: 'phone', thresholds: [7] }, '400 REQUEST_INVALID'],
  ])('%j is refused with %s', async (body, wanted) => {
    const { post } = await house({ score: scores });
    expect(await refusal(post('/v1/rules/test', body))).toBe(wanted);
  });

  test('and refused where there are too many wordings for the model, before they are all read', async () => {
    const { store, post } = await house({ score: scores });
    for (let i = 0; i < 25_000; i++) store.putEvent(event({ id: `event-${i}`, start: NOON - i * 1000, end: NOON - i * 1000, text: `words ${i}` }));
    expect(await refusal(post('/v1/rules/test', { rule: 'phone', since: '1d' }))).toBe('400 USAGE');
    expect((await post('/v1/rules/test', { rule: 'phone', since: '1h' })).status).toBe(200);
  });

  test('and ends when nobody waits for it any more', async () => {
    const left = new AbortController();
    let ended: unknown;
    const { store, post } = await house({
      score: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            ended = signal.reason;
            reject(signal.reason as Error);
          });
          left.abort();
        }),
    });
    aDay(store);
    await expect(post('/v1/rules/test', { rule: 'phone', since: '1d' }, { signal: left.signal })).rejects.toThrow();
    await expect.poll(() => ended).toBeDefined();
  });
});

test('feedback: rules by what was said of their alerts, with suggested thresholds, and anew by the present model', async () => {
  const { store, get } = await house({ score: scores });
  for (let i = 0; i < 12; i++) {
    store.putAlert(alert({ id: `alert-${i}`, score: i < 6 ? 0.9 + i / 100 : 0.55 + i / 100, text: i < 6 ? 'a person picks up the phone' : 'a hand is near it' }));
    store.putFeedback({ alertId: `alert-${i}`, right: i < 6, note: i === 11 ? 'the cat' : '', at: NOON + i });
  }
  const { rules } = await told<FeedbackReportOut>(get('/v1/feedback'));
  expect(rules).toMatchObject([{ rule: 'phone', present: true, right: 6, wrong: 6, rescored: null, enough: true, suggestion: { wrong_spared: 6, right_lost: 0 } }]);
  expect(rules[0]?.labels.at(-1)).toMatchObject({ alert_id: 'alert-11', right: false, note: 'the cat', rescored: null });
  const anew = await told<FeedbackReportOut>(get('/v1/feedback?rescore=true&rule=phone'));
  expect(anew.rules[0]).toMatchObject({ rescored: { right: 6, wrong: 0, precision: 1 }, suggestion: null });
  expect((await told<FeedbackReportOut>(get('/v1/feedback?rule=bag'))).rules).toEqual([]);
  expect(await refusal(get('/v1/feedback?rule=nobody'))).toBe('404 RULE_NOT_FOUND');
});

test('a backup is whole, and nothing of it stays behind; what a crash left is cleared away', async () => {
  const { store, post, folder } = await house();
  for (let i = 0; i < 500; i++) store.putEvent(event({ id: `event-${i}`, start: NOON + i, end: NOON + i }));
  const left = join(folder, 'log/lookout-copy-00000000-0000-0000-0000-000000000000.db');
  writeFileSync(left, '');
  utimesSync(left, new Date(NOON - 48 * HOUR), new Date(NOON - 48 * HOUR));
  const answer = await post('/v1/backup');
  expect([answer.status, answer.headers.get('content-type'), answer.headers.get('content-disposition')]).toEqual([200, 'application/vnd.sqlite3', 'attachment; filename="lookout-2026-11-22T143100Z.db"']);
  const copy = join(folder, 'copy.db');
  writeFileSync(copy, new Uint8Array(await answer.arrayBuffer()));
  const db = new Database(copy, { readonly: true });
  expect(db.prepare('SELECT count(*) FROM events').pluck().get()).toBe(500);
  db.close();
  await expect.poll(() => readdirSync(join(folder, 'log')).filter((name) => name.startsWith('lookout-copy'))).toEqual([]);
  expect((await post('/v1/backup')).status).toBe(200);
  expect(await refusal(post('/v1/backup', undefined, { scope: 'editor' }))).toBe('403 TOKEN_SCOPE');
});

test('the status says how everything fares', async () => {
  const { store, get, statuses, write } = await house();
  store.putEvent(event({ id: 'event-1' }));
  store.putAlert(alert({ id: 'alert-1' }));
  store.openGap('door', 'offline', '', NOON);
  statuses.set('hall', { state: 'online', since: NOON });
  const status = await told<StatusOut>(get('/v1/status'));
  expect(status).toMatchObject({
    version: '1.2.3', uptime_s: 60, config: { problem: null, restart: [] }, model: { name: 'demo', state: 'ready', windows: 3, visual_tokens: 900 },
    broker: { address: 'mqtt://broker.example:1883', state: 'disconnected', waiting: 1, problem: { code: 'BROKER_UNREACHABLE', message: 'mqtt://[redacted]@broker.example:1883 does not answer.' } },
    store: { oldest_ms: NOON, open_gaps: 1, retention_days: 30 },
    cameras: [{ id: 'door', state: 'unknown' }, { id: 'hall', state: 'online', since_ms: NOON }, { id: 'yard', state: 'disabled' }],
    disk: [{ what: 'media', used_bytes: 5, max_bytes: 10e9, free_bytes: expect.any(Number) }, { what: 'recordings', free_bytes: null }],
  });
  write('lookout.yaml', 'model: [');
  expect(await told<StatusOut>(get('/v1/status'))).toMatchObject({ config: { problem: { code: 'CONFIG_SYNTAX' } } });
});

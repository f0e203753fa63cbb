import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AlertDetailOut, AlertsOut } from '../../../src/api/schemas/alerts.ts';
import type { CoverageOut } from '../../../src/api/schemas/coverage.ts';
import type { EventOut, EventsOut } from '../../../src/api/schemas/events.ts';
import type { LooksOut } from '../../../src/api/schemas/looks.ts';
import type { WhenOut } from '../../../src/api/schemas/when.ts';
import { alert, event, look, NOON } from '../../store/values.ts';
import { house, refusal, told } from './house.ts';

const MINUTE = 60_000;

describe('events', () => {
  test('are found by time as people say it, camera, text and phase; oldest first within the newest ones', async () => {
    const { store, get } = await house();
    for (let i = 0; i < 30; i++) {
      store.putEvent(event({ id: `event-${i}`, camera: i % 3 === 0 ? 'hall' : 'door', text: i % 10 === 0 ? 'a dog barks' : `someone walks ${i}`, start: NOON - i * MINUTE, end: NOON - i * MINUTE + 500, phase: i === 5 ? 'retracted' : 'end' }));
    }
    const ids = async (query: string): Promise<string[]> => (await told<EventsOut>(get(`/v1/events?${query}`))).items.map(({ id }) => id);
    expect(await ids('limit=3')).toEqual(['event-2', 'event-1', 'event-0']);
    expect(await ids('limit=3&order=desc')).toEqual(['event-0', 'event-1', 'event-2']);
    expect(await ids('text=dog')).toEqual(['event-20', 'event-10', 'event-0']);
    expect(await ids('text=walks&camera=hall&limit=2')).toEqual(['event-6', 'event-3']);
    expect(await ids('since=3%20minutes%20ago&limit=9')).toEqual(['event-2', 'event-1', 'event-0']);
    expect(await ids('when=14:20-14:22&timezone=UTC')).toEqual(['event-10', 'event-9', 'event-8']);
    expect(await ids('when=22:20-22:22&timezone=Asia/Shanghai')).toEqual(['event-10', 'event-9', 'event-8']);
    expect(await ids(`when=${encodeURIComponent('今天下午2点20分到2点21分')}&timezone=UTC`)).toEqual(expect.arrayContaining(['event-10', 'event-9']));
    expect(await ids('since=2026-11-22T14:24Z&until=2026-11-22T14:26Z')).toEqual(['event-6', 'event-4']);
    expect(await ids('since=2026-11-22T14:24Z&until=2026-11-22T14:26Z&retracted=true')).toEqual(['event-6', 'event-5', 'event-4']);
    expect(await ids('phase=retracted')).toEqual(['event-5']);
    expect(await ids('when=last%20year')).toEqual([]);
    const { more, since_ms: since } = await told<EventsOut>(get('/v1/events?limit=29&since=2026-11-22T14:00Z'));
    expect([more, since]).toEqual([false, NOON - 30 * MINUTE]);
    expect((await told<EventsOut>(get('/v1/events?limit=28'))).more).toBe(true);
  });

  test('are one by one found by an id or its beginning', async () => {
    const { store, get } = await house();
    store.putEvent(event({ id: 'aaaabbbb-1', text: 'words \u001b[31m of a\u0000 model \u202e' }));
    store.putEvent(event({ id: 'aaaacccc-2' }));
    expect(await told<EventOut>(get('/v1/events/aaaab'))).toMatchObject({ id: 'aaaabbbb-1', event: 'words [31m of a model', start_ms: NOON, start: new Date(NOON).toISOString() });
    expect(await refusal(get('/v1/events/aaaa'))).toBe('400 USAGE');
    expect(await refusal(get('/v1/events/nothing'))).toBe('404 LOG_UNKNOWN_ID');
  });

  test.each([
    ['when=the%20day%20of%20reckoning', '400 TIME_UNPARSABLE'],
    ['when=yesterday&since=1h', '400 USAGE'],
    ['since=1h&until=2h', '400 USAGE'],
    ['since=1h&timezone=Middle/Earth', '400 REQUEST_INVALID'],
    ['limit=0', '400 REQUEST_INVALID'],
    ['limit=1001', '400 REQUEST_INVALID'],
    ['limt=5', '400 REQUEST_INVALID'],
    ['camera=../etc', '400 REQUEST_INVALID'],
    ['phase=over', '400 REQUEST_INVALID'],
  ])('%s is refused with %s', async (query, wanted) => {
    const { get } = await house();
    for (const path of ['/v1/events', '/v1/alerts']) expect(await refusal(get(`${path}?${query}`))).toBe(wanted);
  });

  test('say when nobody watched, as far as it lies in the range', async () => {
    const { store, get } = await house();
    store.putCoverage({ camera: 'door', start: NOON - 10 * MINUTE, end: NOON - 5 * MINUTE, reason: 'offline', detail: 'No route.' });
    store.openGap('hall', 'model', 'opening', NOON - MINUTE);
    const { not_watched: gaps } = await told<EventsOut>(get('/v1/events?since=2026-11-22T14:22Z'));
    expect(gaps).toEqual([
      { camera: 'door', reason: 'offline', detail: 'No route.', start: '2026-11-22T14:22:00.000Z', start_ms: NOON - 8 * MINUTE, end: new Date(NOON - 5 * MINUTE).toISOString(), end_ms: NOON - 5 * MINUTE },
      { camera: 'hall', reason: 'model', detail: 'opening', start: new Date(NOON - MINUTE).toISOString(), start_ms: NOON - MINUTE, end: null, end_ms: null },
    ]);
    expect((await told<EventsOut>(get('/v1/events?camera=door&since=2026-11-22T14:26Z'))).not_watched).toEqual([]);
  });
});

test('coverage: gaps, since when cameras are known, and that nothing runs', async () => {
  let now = NOON + MINUTE;
  const { store, get } = await house({ now: () => now });
  store.putLook(look({ camera: 'door', from: NOON - 30 * MINUTE, to: NOON - 30 * MINUTE + 8000 }));
  store.putCoverage({ camera: 'door', start: NOON - 10 * MINUTE, end: NOON - 5 * MINUTE, reason: 'offline', detail: '' });
  const first = await told<CoverageOut>(get('/v1/coverage'));
  expect(first.items.map(({ camera, start_ms: at }) => [camera, at])).toEqual([['door', NOON - 10 * MINUTE]]);
  expect(first.known).toEqual([{ camera: 'door', from: new Date(NOON - 30 * MINUTE).toISOString(), from_ms: NOON - 30 * MINUTE }, { camera: 'hall', from: null, from_ms: null }]);
  now += 10 * MINUTE;
  const later = await told<CoverageOut>(get('/v1/coverage?camera=hall'));
  expect(later.items).toMatchObject([{ camera: 'hall', reason: 'offline', detail: 'Lookout is not running.', end: null, start_ms: NOON + MINUTE }]);
});

test('looks: where the model looked, and what it told', async () => {
  const { store, get } = await house();
  for (let i = 0; i < 12; i++) store.putLook(look({ windowId: `w${i}`, camera: 'door', from: NOON - i * 8000, to: NOON - i * 8000 + 7000, sightings: i === 7 ? [{ text: 'a cat', start: NOON, end: NOON, confidence: 0.4 }] : [] }));
  const all = await told<LooksOut>(get('/v1/looks?camera=door&limit=5'));
  expect([all.items.map((one) => one.window_id), all.more]).toEqual([['w4', 'w3', 'w2', 'w1', 'w0'], true]);
  const some = await told<LooksOut>(get('/v1/looks?told=true'));
  expect(some).toMatchObject({ more: false, items: [{ window_id: 'w7', sightings: [{ event: 'a cat', confidence: 0.4 }] }] });
  expect((await told<LooksOut>(get('/v1/looks?camera=hall'))).items).toEqual([]);
});

describe('alerts', () => {
  test('are told in their newest state, or phase by phase; what was said of one is kept', async () => {
    const { store, get, put } = await house();
    store.putAlert(alert({ id: 'alert-1', phase: 'new' }));
    store.putAlert(alert({ id: 'alert-1', phase: 'end', text: 'a person put the phone back', snapshot: '2026-11-22/alert-1.jpg' }));
    store.putAlert(alert({ id: 'alert-2', ruleId: 'bag', camera: 'door', happenedAt: NOON + 1000 }));
    store.markPublished('alert-2', 'new', NOON + 4000);
    const list = await told<AlertsOut>(get('/v1/alerts'));
    expect(list.items).toMatchObject([
      { id: 'alert-1', phase: 'end', delivered: false, links: { snapshot: '/v1/alerts/alert-1/snapshot', clip: null } },
      { id: 'alert-2', phase: 'new', delivered: true, published_at_ms: NOON + 4000, links: { snapshot: null, clip: null } },
    ]);
    expect((await told<AlertsOut>(get('/v1/alerts?phases=true'))).items.map(({ id, phase }) => `${id} ${phase}`)).toEqual(['alert-1 new', 'alert-1 end', 'alert-2 new']);
    expect((await told<AlertsOut>(get('/v1/alerts?rule=bag'))).items).toHaveLength(1);
    expect((await told<AlertsOut>(get('/v1/alerts?text=phone%20back'))).items).toHaveLength(1);
    expect((await told<AlertDetailOut>(get('/v1/alerts/alert-1'))).feedback).toBeNull();

    const said = await told(put('/v1/alerts/alert-1/feedback', { right: false, note: 'it was the cat' }));
    expect(said).toEqual({ alert_id: 'alert-1', right: false, note: 'it was the cat', at: new Date(NOON + MINUTE).toISOString(), at_ms: NOON + MINUTE });
    expect(await told<AlertDetailOut>(get('/v1/alerts/alert-1'))).toMatchObject({ alert: { phase: 'end' }, phases: [{ phase: 'new' }, { phase: 'end' }], feedback: { right: false } });
    expect(store.feedback({ alert: 'alert-1' })).toHaveLength(1);
    expect(await refusal(put('/v1/alerts/nothing/feedback', { right: true }))).toBe('404 LOG_UNKNOWN_ID');
    expect(await refusal(put('/v1/alerts/alert-1/feedback', { right: 'yes' }))).toBe('400 REQUEST_INVALID');
    expect(await refusal(put('/v1/alerts/alert-1/feedback', { right: true }, { scope: 'viewer' }))).toBe('403 TOKEN_SCOPE');
    expect(await refusal(get('/v1/alerts/nothing'))).toBe('404 LOG_UNKNOWN_ID');
  });

  test('have pictures and clips, by ranges; what is gone is said, and nothing outside of the folder is given', async () => {
    const { store, get, folder } = await house();
    mkdirSync(join(folder, 'media/2026-11-22'));
    writeFileSync(join(folder, 'media/2026-11-22/alert-1.jpg'), 'JPEG');
    writeFileSync(join(folder, 'media/2026-11-22/alert-1.mp4'), '0123456789');
    symlinkSync(join(folder, 'lookout.yaml'), join(folder, 'media/2026-11-22/link.mp4'));
    store.putAlert(alert({ id: 'alert-1', snapshot: '2026-11-22/alert-1.jpg', clip: '2026-11-22/alert-1.mp4' }));
    store.putAlert(alert({ id: 'alert-2', snapshot: '../lookout.yaml', clip: '2026-11-22/link.mp4' }));
    store.putAlert(alert({ id: 'alert-3', clip: '2026-11-22/alert-3.mp4' }));
    const picture = await get('/v1/alerts/alert-1/snapshot');
    expect([picture.status, picture.headers.get('content-type'), await picture.text()]).toEqual([200, 'image/jpeg', 'JPEG']);
    const part = await get('/v1/alerts/alert-1/clip', { headers: { range: 'bytes=2-4' } });
    expect([part.status, part.headers.get('content-type'), part.headers.get('content-range'), await part.text()]).toEqual([206, 'video/mp4', 'bytes 2-4/10', '234']);
    for (const path of ['alert-2/snapshot', 'alert-2/clip', 'alert-3/snapshot', 'alert-3/clip']) expect(await refusal(get(`/v1/alerts/${path}`))).toBe('404 MEDIA_GONE');
    expect(await refusal(get('/v1/alerts/alert-9/clip'))).toBe('404 LOG_UNKNOWN_ID');
  });
});

test('a time in words is told as it was understood', async () => {
  const { get } = await house();
  const when = (text: string, timezone = 'UTC'): Promise<WhenOut> => told(get(`/v1/when?text=${encodeURIComponent(text)}&timezone=${timezone}`));
  expect(await when('yesterday', 'Asia/Shanghai')).toMatchObject({ kind: 'range', since: '2026-11-20T16:00:00.000Z', until: '2026-11-21T15:59:59.999Z', says: '2026-11-21 00:00:00.0 – 2026-11-21 23:59:59.9 (Asia/Shanghai)' });
  expect(await when('14:05')).toMatchObject({ kind: 'moment', since: '2026-11-22T14:05:00.000Z', says: '2026-11-22 14:05:00.0 (UTC)' });
  expect(await when('14:00-14:20')).toMatchObject({ kind: 'range', since: '2026-11-22T14:00:00.000Z', until: '2026-11-22T14:20:00.000Z' });
  expect(await when('昨天下午2点到3点', 'Asia/Shanghai')).toMatchObject({ kind: 'range', since: '2026-11-21T06:00:00.000Z', until: '2026-11-21T07:00:00.000Z' });
  expect(await refusal(get('/v1/when?text=soon%20perhaps'))).toBe('400 TIME_UNPARSABLE');
});

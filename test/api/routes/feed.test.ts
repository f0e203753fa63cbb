import { Subject } from 'rxjs';
import { expect, test } from 'vitest';
import { feedEvents } from '../../../src/api/feed.ts';
import type { FeedItem } from '../../../src/api/feed.ts';
import { Told } from '../../../src/api/route.ts';
import { feedRoutes } from '../../../src/api/routes/feed.ts';
import { alert, event, look, NOON } from '../../store/values.ts';
import { heard, house, refusal } from './house.ts';

type Heard = { event: string; data: unknown };

/** The next n of the events. */
async function take(events: AsyncGenerator<Heard>, count: number): Promise<Heard[]> {
  const taken: Heard[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

test('what comes into the log is told to everybody who listens, as the other routes tell it', async () => {
  const { store, get, news } = await house();
  const leave = new AbortController();
  const [one, other] = await Promise.all([get('/v1/feed', { signal: leave.signal }), get('/v1/feed?kinds=alert,status', { signal: leave.signal })]);
  const [all, some] = [heard(one), heard(other)];
  expect(await take(all, 1)).toEqual([{ event: 'hello', data: { version: '1.2.3', now_ms: NOON + 60_000 } }]);
  expect(await take(some, 1)).toMatchObject([{ event: 'hello' }]);
  store.putEvent(event({ id: 'event-1' }));
  store.putLook(look({ windowId: 'w7' }));
  store.putAlert(alert({ id: 'alert-1' }));
  store.setMedia('alert-1', { snapshot: '2026-11-22/alert-1.jpg' });
  store.markAllPublished([{ id: 'alert-1', phase: 'new', at: NOON + 5000 }]);
  store.openGap('door', 'offline', 'No route.', NOON);
  store.closeGap('door', NOON + 1000);
  store.putCoverage({ camera: 'hall', start: NOON, end: NOON + 500, reason: 'dropped', detail: '' });
  news.next({ kind: 'status', camera: 'door', status: { state: 'online', since: NOON } });
  news.next({ kind: 'config', etag: 'x', cameras: 2, rules: 3, restart: [] });
  expect(await take(all, 10)).toMatchObject([
    { event: 'event', data: { id: 'event-1', start_ms: NOON } },
    { event: 'look', data: { window_id: 'w7' } },
    { event: 'alert', data: { id: 'alert-1', delivered: false, links: { snapshot: null } } },
    { event: 'alert', data: { links: { snapshot: '/v1/alerts/alert-1/snapshot' } } },
    { event: 'alert', data: { delivered: true, published_at_ms: NOON + 5000 } },
    { event: 'coverage', data: { camera: 'door', start_ms: NOON, end_ms: null } },
    { event: 'coverage', data: { camera: 'door', start_ms: NOON, end_ms: NOON + 1000 } },
    { event: 'coverage', data: { camera: 'hall', reason: 'dropped' } },
    { event: 'status', data: { camera: 'door', state: 'online' } },
    { event: 'config', data: { etag: 'x', rules: 3 } },
  ]);
  expect((await take(some, 4)).map((told) => told.event)).toEqual(['alert', 'alert', 'alert', 'status']);
  leave.abort();
  await expect.poll(() => news.observed).toBe(false);
  expect(await refusal(get('/v1/feed?kinds=alert,gossip'))).toBe('400 REQUEST_INVALID');
});

test('who is too slow loses the oldest and is told so; nobody else is held up, and nothing piles up', async () => {
  const items = new Subject<FeedItem>();
  const [feed] = feedRoutes({ feed$: feedEvents(items, () => undefined), version: '1', now: () => NOON });
  const stop = new AbortController();
  const answer = feed?.handle({ params: {}, query: {}, body: undefined, who: { name: 'x', scope: 'viewer' }, signal: stop.signal, from: '', head: {} });
  if (!(answer instanceof Told)) throw new Error('the feed is told');
  const events = answer.events[Symbol.asyncIterator]();
  await events.next();
  for (let i = 0; i < 2500; i++) items.next({ kind: 'event', event: event({ id: `event-${i}` }) });
  expect((await events.next()).value).toEqual({ event: 'dropped', data: '{"count":1500}' });
  expect((await events.next()).value).toMatchObject({ event: 'event', data: expect.stringContaining('"event-1500"') });
  for (let i = 0; i < 999; i++) await events.next();
  const waiting = events.next();
  stop.abort();
  expect((await waiting).done).toBe(true);
  expect(items.observed).toBe(false);
});

test('a feed that ends with the daemon ends its clients', async () => {
  const { get, news } = await house();
  const events = heard(await get('/v1/feed'));
  await take(events, 1);
  news.complete();
  expect((await events.next()).done).toBe(true);
});

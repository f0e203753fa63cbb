import { connect, connectAsync } from 'mqtt';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { coveragePayloadSchema, historyPayloadSchema } from '../../src/alerts/historyPayload.ts';
import { eventPayloadSchema } from '../../src/alerts/payload.ts';
import { startPublisher } from '../../src/alerts/publisher.ts';
import type { Publisher, PublisherOptions } from '../../src/alerts/publisher.ts';
import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { alert, event, NOON } from '../store/values.ts';
import { mosquitto } from './mosquitto.ts';
import type { Mosquitto } from './mosquitto.ts';
import { subscriber, until } from './subscriber.ts';
import type { Subscriber } from './subscriber.ts';

const log = createLogger({ level: 'silent' });
let broker: Mosquitto;
let store: Store;
let ends: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  broker = await mosquitto('allow_anonymous true', {}, 'default');
  store = openStore({ path: ':memory:', retentionDays: 0, history: { rows: 5000, age: 3_600_000 } }, log);
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  await broker.remove();
  store.close();
});

function publisher(over: Partial<PublisherOptions> = {}): Publisher {
  const abort = new AbortController();
  const out = startPublisher({ url: broker.url, prefix: 'lookout', clientId: 'lookout-test', history: store, ...over }, store, abort.signal, log);
  ends.push(async () => {
    abort.abort();
    await out.stopped;
  });
  return out;
}

async function listening(topic = '#', opts: Parameters<typeof subscriber>[1] = { protocolVersion: 5, properties: { sessionExpiryInterval: 600 } }): Promise<Subscriber> {
  const heard = await subscriber(broker.url, opts, topic);
  ends.push(() => heard.end());
  return heard;
}

function putEvents(count: number, from = 0): void {
  for (let i = from; i < from + count; i++) store.putEvent(event({ id: `e${i}` }));
  store.flush();
}

describe('the history', () => {
  it('is told in order, QoS 1, numbered, and leaves the journal when the broker has it', async () => {
    await broker.start();
    const heard = await listening();
    const out = publisher({ site: 'one' });
    putEvents(30);
    store.openGap('hall', 'offline', 'no\nanswer', NOON);
    store.closeGap('hall', NOON + 500);
    putEvents(1, 30);
    expect(await out.flush(15_000)).toBe(true);
    expect(store.glance()).toMatchObject({ history: 0 });
    await until('all of it', () => heard.on('lookout/one/hall/event').length >= 31);
    const told = heard.messages.filter(({ topic }) => /\/(event|coverage)$/.test(topic));
    expect(told.every(({ qos, retain }) => qos === 1 && !retain)).toBe(true);
    const events = heard.on('lookout/one/hall/event').map(({ payload }) => eventPayloadSchema.parse(JSON.parse(payload)));
    const gaps = heard.on('lookout/one/hall/coverage').map(({ payload }) => coveragePayloadSchema.parse(JSON.parse(payload)));
    expect(events.map(({ id }) => id)).toEqual(Array.from({ length: 31 }, (_, i) => `e${i}`));
    expect(gaps).toMatchObject([{ phase: 'opened', site: 'one', reason: 'offline', detail: 'no answer', start_ms: NOON, end: null }, { phase: 'closed', end_ms: NOON + 500, id: gaps[0]?.id }]);
    const revisions = told.map(({ payload }) => (JSON.parse(payload) as { revision: number }).revision);
    expect(revisions).toEqual(revisions.map((_, i) => (revisions[0] ?? 0) + i));
  });

  it('waits while the broker is away, and while nobody is there who was', { timeout: 60_000 }, async () => {
    const out = publisher();
    putEvents(20);
    await broker.start();
    await until('nobody hears it', () => out.problem() === undefined && store.glance().history === 20);
    const heard = await listening();
    const ids = (): string[] => heard.on('lookout/hall/event').map(({ payload }) => (JSON.parse(payload) as { id: string }).id);
    await until('everything', () => new Set(ids()).size === 20 && ids().at(-1) === 'e19', 45_000);
    // Some may have been heard before the first one was: all that follows it comes again.
    expect(ids().slice(ids().lastIndexOf('e0'))).toEqual(Array.from({ length: 20 }, (_, i) => `e${i}`));
  });

  it('lets alerts go first', async () => {
    putEvents(1000);
    await broker.start();
    const heard = await listening();
    const out = publisher();
    await until('the first ones', () => heard.messages.length > 5);
    store.putAlert(alert());
    out.notify();
    await until('the alert', () => heard.alerts().length === 1);
    expect(heard.messages.findIndex(({ topic }) => topic.endsWith('/alert'))).toBeLessThan(600);
    expect(await out.flush(30_000)).toBe(true);
    await until('all the others', () => heard.on('lookout/hall/event').length === 1000);
  });

  it('says how much of it had to be given up', async () => {
    const errors: string[] = [];
    store.close();
    store = openStore({ path: ':memory:', retentionDays: 0, history: { rows: 10, age: 3_600_000 } }, log);
    const told = { ...log, error: (_: unknown, text: string) => errors.push(text) } as unknown as typeof log;
    const abort = new AbortController();
    const out = startPublisher({ url: broker.url, prefix: 'lookout', clientId: 'lookout-test', history: store, shard: { index: 2, of: 3 } }, store, abort.signal, told);
    ends.push(async () => {
      abort.abort();
      await out.stopped;
    });
    putEvents(25);
    await until('it is logged', () => errors.some((text) => text.startsWith('HISTORY_DROPPED: 15 entries')));
    await broker.start();
    const heard = await listening();
    await until('it is told', () => heard.on('lookout/shard/2/history').length > 0);
    expect(historyPayloadSchema.parse(JSON.parse(heard.on('lookout/shard/2/history')[0]?.payload ?? ''))).toMatchObject({ site: null, shard: '2/3', dropped: 15 });
    await until('the rest', () => heard.on('lookout/hall/event').length >= 10);
  });

  it('is shared out among the consumers of a group, each message to one of them', async () => {
    await broker.start();
    const group = await Promise.all([listening('$share/history/lookout/+/event'), listening('$share/history/lookout/+/event')]);
    const alone = await listening('lookout/+/event');
    const out = publisher();
    putEvents(200);
    expect(await out.flush(15_000)).toBe(true);
    const ids = (one: Subscriber): string[] => one.messages.map(({ payload }) => (JSON.parse(payload) as { id: string }).id);
    await until('all of it', () => group.flatMap(ids).length >= 200 && alone.messages.length >= 200);
    const all = Array.from({ length: 200 }, (_, i) => `e${i}`).sort();
    expect(group.flatMap(ids).sort()).toEqual(all);
    expect(group.map((one) => one.messages.length > 0)).toEqual([true, true]);
    expect(ids(alone).sort()).toEqual(all);
  });
});

describe('a message that expires', () => {
  it('is not kept for who is away for longer; alerts are, unless they are told to', async () => {
    await broker.start();
    const session = { clientId: 'away', clean: false, protocolVersion: 5, properties: { sessionExpiryInterval: 600 } } as const;
    const first = await connectAsync(broker.url, session);
    await first.subscribeAsync('lookout/hall/#', { qos: 1 });
    await first.endAsync(true);
    const out = publisher({ expiry: { events: 1, coverage: 600 } });
    putEvents(5);
    store.openGap('hall', 'offline', '', NOON);
    store.putAlert(alert());
    out.notify();
    expect(await out.flush(15_000)).toBe(true);
    await sleep(2500);
    // Hears from the first moment on: what was kept comes right with the answer.
    const topicsHeard: string[] = [];
    const back = connect(broker.url, session);
    ends.push(() => back.endAsync(true));
    back.on('message', (topic) => topicsHeard.push(topic));
    await until('what is left', () => topicsHeard.length >= 2);
    await sleep(200);
    expect(topicsHeard.sort()).toEqual(['lookout/hall/alert', 'lookout/hall/coverage']);
  });
});

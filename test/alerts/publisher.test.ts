import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
let folder: string;
let broker: Mosquitto;
let store: Store;
let watcher: Subscriber | undefined;
let stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lookout-publisher-'));
  store = openStore({ path: join(folder, 'lookout.db'), retentionDays: 7 }, log);
  broker = await mosquitto();
  watcher = undefined;
});
afterEach(async () => {
  broker.thaw();
  for (const stop of stops) await stop();
  stops = [];
  await watcher?.end();
  await broker.remove();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function publisher(over: Partial<PublisherOptions> = {}): Publisher & { stop(): Promise<void>; states: string[] } {
  const abort = new AbortController();
  const started = startPublisher({ url: broker.url, prefix: 'lookout', clientId: 'lookout-test', ...over }, store, abort.signal, log);
  const stop = (): Promise<void> => {
    abort.abort();
    return started.stopped;
  };
  stops.push(stop);
  const states: string[] = [];
  started.state$.subscribe((s) => states.push(s));
  return { ...started, stop, states };
}

async function watching(): Promise<Subscriber> {
  watcher = await subscriber(broker.url);
  return watcher;
}

const pending = (): string[] => store.pendingAlerts(1000).map((a) => a.id);

describe('with the broker up', () => {
  it('publishes alerts in order, QoS 1 and not retained, and marks them delivered', async () => {
    await broker.start();
    const heard = await watching();
    store.putAlert(alert());
    const out = publisher();
    for (let i = 2; i <= 40; i++) {
      store.putAlert(alert({ id: `a${i}`, text: `person ${i} 拿起电话` }));
      out.notify();
    }
    expect(await out.flush(10_000)).toBe(true);
    await until('40 alerts', () => heard.alerts().length === 40);
    expect(heard.alerts().map((a) => a.id)).toEqual(Array.from({ length: 40 }, (_, i) => `a${i + 1}`));
    expect(heard.on('lookout/hall/alert')).toHaveLength(40);
    expect(heard.on('lookout/hall/alert')[0]).toMatchObject({ qos: 1, retain: false });
    expect(store.alerts({}).every((a) => a.delivered)).toBe(true);
    const [first] = store.alerts({ text: 'red' });
    expect(heard.alerts()[0]).toMatchObject({ published_at_ms: first?.publishedAt, latency_ms: { publish: first?.latency.publish } });
  });

  it('says online while it runs, offline when it goes, and keeps the cameras’ status for late comers', async () => {
    await broker.start();
    const out = publisher();
    out.publishStatus('hall', { state: 'connecting' });
    out.publishStatus('hall', { state: 'online', since: NOON });
    out.publishStatus('yard', { state: 'offline' });
    out.clearStatus('yard');
    await until('connected', () => out.states.includes('connected'));
    const heard = await watching();
    await until('retained messages', () => heard.messages.length >= 2);
    expect(heard.on('lookout/available')).toMatchObject([{ payload: 'online', retain: true }]);
    expect(heard.on('lookout/hall/status')).toMatchObject([{ payload: `{"site":null,"state":"online","since":${NOON}}`, retain: true }]);
    expect(heard.on('lookout/yard/status')).toEqual([]);
    await out.stop();
    await until('offline', () => heard.on('lookout/available').at(-1)?.payload === 'offline');
    expect(out.states.at(-1)).toBe('disconnected');
  });

  it('publishes events as they come', async () => {
    await broker.start();
    const heard = await watching();
    const out = publisher();
    await until('connected', () => out.states.includes('connected'));
    out.publishEvent(event());
    await until('the event', () => heard.on('lookout/hall/event').length === 1);
    expect(JSON.parse(heard.on('lookout/hall/event')[0]?.payload ?? '')).toMatchObject({ id: 'e1', phase: 'new', start_ms: NOON });
  });

  it('never makes a topic of what is not an id, and goes on with the rest', async () => {
    await broker.start();
    const heard = await watching();
    const out = publisher();
    store.putAlert(alert({ id: 'bad', camera: 'hall/#' }));
    store.putAlert(alert({ id: 'good' }));
    await until('connected', () => out.states.includes('connected'));
    await until('the good one', () => heard.alerts().length === 1);
    expect(() => out.publishStatus('+', {})).toThrow(/^USAGE: /);
    await until('only the bad one waits', () => pending().join() === 'bad');
    expect(() => publisher({ prefix: 'lookout/#' })).toThrow(/^CONFIG_INVALID: mqtt\.prefix/);
  });
});

describe('when the broker is away', () => {
  it('waits for one that starts later, says why, and delivers what has gathered', async () => {
    const out = publisher();
    store.putAlert(alert());
    out.notify();
    out.publishEvent(event());
    await until('the reason', () => out.problem() !== undefined);
    expect(out.problem()?.message).toMatch(/^BROKER_UNREACHABLE: mqtt:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED.*\. Check mqtt\.url/);
    expect(await out.flush(50)).toBe(false);
    await broker.start();
    expect(await out.flush(15_000)).toBe(true);
    expect(out.problem()).toBeUndefined();
    expect(out.states).toEqual(['disconnected', 'connected']);
  });

  it('loses nothing when it is killed and comes back, and is online again', async () => {
    await broker.start();
    const heard = await watching();
    const out = publisher();
    out.publishStatus('hall', { state: 'online' });
    store.putAlert(alert({ id: 'before' }));
    out.notify();
    expect(await out.flush(10_000)).toBe(true);
    await broker.kill();
    await until('disconnected', () => out.states.at(-1) === 'disconnected');
    store.putAlert(alert({ id: 'meanwhile' }));
    out.notify();
    await broker.start();
    expect(await out.flush(20_000)).toBe(true);
    await until('both', () => new Set(heard.alerts().map((a) => a.id)).size === 2);
    await until('online twice', () => heard.on('lookout/available').filter((m) => m.payload === 'online').length >= 2);
    await until('the status twice', () => heard.on('lookout/hall/status').length >= 2);
  });

  it('sends again, with the same id, what it had sent and the broker never acknowledged', async () => {
    await broker.start();
    const heard = await watching();
    const out = publisher();
    await until('connected', () => out.states.includes('connected'));
    broker.freeze();
    for (let i = 0; i < 30; i++) store.putAlert(alert({ id: `a${i}` }));
    out.notify();
    expect(await out.flush(300)).toBe(false);
    expect(pending()).toHaveLength(30);
    await broker.kill();
    await broker.start();
    expect(await out.flush(20_000)).toBe(true);
    await until('all 30', () => new Set(heard.alerts().map((a) => a.id)).size === 30);
  });

  it('stops at once although nobody answers', async () => {
    await broker.start();
    const frozen = publisher();
    await until('connected', () => frozen.states.includes('connected'));
    broker.freeze();
    await frozen.stop();
    const nowhere = publisher({ url: 'mqtt://127.0.0.1:1' });
    await nowhere.stop();
    expect(nowhere.states).toEqual(['disconnected']);
  });

  it.each(['http://127.0.0.1:1', 'nonsense', 'mqtt://lookout.invalid:1883'])('takes no harm from the address %s', async (url) => {
    const out = publisher({ url });
    await until('the reason', () => out.problem() !== undefined);
    expect(out.problem()?.code).toBe('BROKER_UNREACHABLE');
    await out.stop();
  });
});

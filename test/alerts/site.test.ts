import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { announcedIn, discoveryDocument, discoveryTopic } from '../../src/alerts/discovery.ts';
import { watchedPayloadSchema } from '../../src/alerts/historyPayload.ts';
import { eventPayloadSchema } from '../../src/alerts/payload.ts';
import { startPublisher } from '../../src/alerts/publisher.ts';
import type { Publisher, PublisherOptions } from '../../src/alerts/publisher.ts';
import { topics } from '../../src/alerts/topics.ts';
import { ownerOf } from '../../src/fleet/shard.ts';
import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { alert, event, NOON } from '../store/values.ts';
import { deviceDiscovery, DISCOVERY_TOPIC } from './homeAssistant.ts';
import { mosquitto } from './mosquitto.ts';
import type { Mosquitto } from './mosquitto.ts';
import { subscriber, until } from './subscriber.ts';
import type { Subscriber } from './subscriber.ts';

const log = createLogger({ level: 'silent' });
let broker: Mosquitto;
let heard: Subscriber;
let stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  broker = await mosquitto();
  await broker.start();
  heard = await subscriber(broker.url);
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  await heard.end();
  await broker.remove();
});

interface Started extends Publisher {
  readonly store: Store;
  stop(): Promise<void>;
}

async function publisher(clientId: string, over: Partial<PublisherOptions> = {}): Promise<Started> {
  const store = openStore({ path: ':memory:', retentionDays: 7 }, log);
  const abort = new AbortController();
  const started = startPublisher({ url: broker.url, prefix: 'lookout', clientId, ...over }, store, abort.signal, log);
  const stop = async (): Promise<void> => {
    abort.abort();
    await started.stopped;
    store.close();
  };
  stops.push(stop);
  await expect.poll(() => started.problem() === undefined && heard.messages.some(({ topic, payload }) => topic.endsWith('available') && payload === 'online')).toBe(true);
  return { ...started, store, stop };
}

const topicsHeard = (): string[] => [...new Set(heard.messages.map(({ topic }) => topic))].sort();

describe('a site', () => {
  it('has topics of its own, and its messages name it', async () => {
    const out = await publisher('berlin', { site: 'shop-berlin' });
    await until('online', () => heard.on('lookout/shop-berlin/available').length === 1);
    out.store.putAlert(alert());
    out.notify();
    out.publishEvent(event());
    out.publishStatus('hall', { state: 'online' });
    out.publishWatched('hall', { reason: 'model', detail: 'away' }, NOON);
    await until('all of it', () => topicsHeard().length === 5 && heard.alerts().length === 1);
    expect(topicsHeard()).toEqual(['alert', 'event', 'status', 'watched'].map((what) => `lookout/shop-berlin/hall/${what}`).concat('lookout/shop-berlin/available').sort());
    expect(heard.alerts()[0]?.site).toBe('shop-berlin');
    const json = (what: string): unknown => JSON.parse(heard.on(`lookout/shop-berlin/hall/${what}`)[0]?.payload ?? '');
    expect(eventPayloadSchema.parse(json('event'))).toMatchObject({ site: 'shop-berlin', id: 'e1' });
    expect(json('status')).toEqual({ site: 'shop-berlin', state: 'online' });
    expect(watchedPayloadSchema.parse(json('watched'))).toMatchObject({ site: 'shop-berlin', watched: false, since_ms: NOON, reason: 'model', detail: 'away' });
    out.clearStatus('hall');
    await until('both taken away', () => ['status', 'watched'].every((what) => heard.on(`lookout/shop-berlin/hall/${what}`).at(-1)?.payload === ''));
  });

  it('does not hear another one’s commands, nor take away what another one announced', async () => {
    const rules = () => [{ id: 'phone', text: 'someone picks up phone', severity: 'warning', enabled: true }];
    const obeyed: string[] = [];
    const opts = (site: string): Partial<PublisherOptions> => ({ site, switches: { rules, cameras: () => [] }, discovery: { prefix: 'homeassistant', enabled: true }, onCommand: () => void obeyed.push(site) });
    await publisher('a', opts('one'));
    await publisher('b', opts('two'));
    const documents = (): string[] => heard.messages.filter(({ topic, payload }) => DISCOVERY_TOPIC.test(topic) && payload !== '').map(({ topic }) => topic);
    await until('both announced', () => new Set(documents()).size === 2);
    await heard.publish('lookout/two/rule/phone/set', 'OFF');
    await until('one obeys', () => obeyed.length > 0);
    expect(obeyed).toEqual(['two']);
    expect(documents().sort()).toEqual(['homeassistant/device/lookout--one/config', 'homeassistant/device/lookout--two/config']);
    const ids = (site: string): string[] => {
      const { components, device } = discoveryDocument(topics('lookout', { site }), { rules, cameras: () => [{ id: 'hall', enabled: true }] }, true);
      return [...Object.values(components).map((one) => String(one.unique_id)), String(device.identifiers)];
    };
    expect(new Set([...ids('one'), ...ids('two')]).size).toBe(2 * ids('one').length);
  });

  it.each(['', 'Berlin', 'a/b', '+', '#', 'a'.repeat(65)])('is not called "%s"', (site) => {
    expect(() => topics('lookout', { site })).toThrow(/^CONFIG_INVALID: site /);
  });
});

describe('shards', () => {
  const CAMERAS = ['hall', 'door', 'yard', 'gate', 'stairs', 'garage'];
  const switches = { rules: () => [{ id: 'phone', text: 'someone picks up phone', severity: 'warning', enabled: true }], cameras: () => CAMERAS.map((id) => ({ id, enabled: true })) };
  const shard = (index: number, of = 3): Partial<PublisherOptions> => ({ shard: { index, of }, switches, discovery: { prefix: 'homeassistant', enabled: true }, onCommand: () => undefined });
  const names = (index: number, of = 3) => topics('lookout', { shard: { index, of } });

  it('each say whether they are there, also by their last will, and nobody speaks for all', async () => {
    const first = await publisher('one', shard(1));
    await publisher('two', shard(2));
    await until('both are there', () => [1, 2].every((i) => heard.on(`lookout/shard/${i}/available`).at(-1)?.payload === 'online'));
    await first.stop();
    stops.shift();
    await until('one is not', () => heard.on('lookout/shard/1/available').at(-1)?.payload === 'offline');
    expect(heard.on('lookout/shard/2/available').map(({ payload }) => payload)).toEqual(['online']);
    expect(heard.on('lookout/available')).toEqual([]);
  });

  it('tell Home Assistant of one device, all the same, whose cameras are there while their daemon is', async () => {
    const documents = [1, 2, 3].map((i) => discoveryDocument(names(i), switches, true));
    expect(documents[1]).toEqual(documents[0]);
    expect(documents[2]).toEqual(documents[0]);
    const document = deviceDiscovery.parse(JSON.parse(JSON.stringify(documents[0])));
    expect(document).toMatchObject({ availability_mode: 'any', availability: [1, 2, 3].map((i) => ({ topic: `lookout/shard/${i}/available` })) });
    for (const id of CAMERAS) expect(document.components[`camera_${id}_online`]).toMatchObject({ availability: [{ topic: `lookout/shard/${ownerOf(id, 3)}/available` }], state_topic: `lookout/${id}/status` });
    for (const i of [1, 2, 3]) await publisher(`shard-${i}`, shard(i));
    await until('all have told', () => heard.on(discoveryTopic(names(1), 'homeassistant')).length >= 3);
    const told = heard.on('homeassistant/device/lookout/config').map(({ payload }) => announcedIn(Buffer.from(payload)).length);
    expect(new Set(told)).toEqual(new Set([2 + 2 * CAMERAS.length]));
    // Each tells of its own cameras, and of the rules that all of them read.
    const states = (topic: string): number => heard.on(topic).length;
    await until('every camera’s switch', () => CAMERAS.every((id) => states(`lookout/camera/${id}/state`) > 0));
    expect(CAMERAS.map((id) => states(`lookout/camera/${id}/state`))).toEqual(CAMERAS.map(() => 1));
    expect(heard.messages.filter(({ payload }) => payload === '')).toEqual([]);
  });

  it('take away what the broker kept of shards that are no more, and of a Lookout without', async () => {
    for (const topic of ['lookout/shard/3/available', 'lookout/available', 'lookout/shard/2/available']) await heard.publish(topic, 'offline', { retain: true });
    await heard.publish('lookout/shard/9/available', 'online', { retain: true });
    await publisher('one', shard(1, 2));
    await until('they are gone', () => ['lookout/shard/3/available', 'lookout/available'].every((topic) => heard.on(topic).at(-1)?.payload === ''));
    expect(['lookout/shard/2/available', 'lookout/shard/9/available'].map((topic) => heard.on(topic).at(-1)?.payload)).toEqual(['offline', 'online']);
  });
});

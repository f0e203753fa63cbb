import { mkdtempSync, rmSync } from 'node:fs';
import { connectAsync } from 'mqtt';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { announcedIn, discoveryDocument, discoveryTopic } from '../../src/alerts/discovery.ts';
import { startPublisher } from '../../src/alerts/publisher.ts';
import type { Publisher, PublisherOptions } from '../../src/alerts/publisher.ts';
import type { CameraSwitch, RuleSwitch } from '../../src/alerts/switches.ts';
import { topics } from '../../src/alerts/topics.ts';
import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { deviceDiscovery, DISCOVERY_TOPIC } from './homeAssistant.ts';
import { mosquitto } from './mosquitto.ts';
import type { Mosquitto } from './mosquitto.ts';
import { subscriber, until } from './subscriber.ts';
import type { Message, Subscriber } from './subscriber.ts';

const TOPIC = 'homeassistant/device/lookout/config';
const rule = (id: string, text = 'someone picks up phone'): RuleSwitch => ({ id, text, severity: 'warning', enabled: true });
const names = topics('lookout');

describe('the document', () => {
  it('is what Home Assistant takes', () => {
    const switches = { rules: () => [rule('phone'), rule('bag', '有人放下包')], cameras: () => [{ id: 'hall', enabled: true }] };
    const document = discoveryDocument(names, switches, true);
    expect(deviceDiscovery.parse(JSON.parse(JSON.stringify(document)))).toEqual(document);
    expect(Object.keys(document.components)).toEqual(['rule_phone_event', 'rule_phone_switch', 'rule_bag_event', 'rule_bag_switch', 'camera_hall_online', 'camera_hall_switch']);
    expect(document.components.rule_bag_event).toMatchObject({ name: '有人放下包', event_types: ['new', 'update', 'end', 'retracted'], state_topic: 'lookout/+/alert' });
    expect(document.components.rule_phone_switch).toMatchObject({ command_topic: 'lookout/rule/phone/set', state_topic: 'lookout/rule/phone/state' });
    expect(document.components.camera_hall_online).toMatchObject({ device_class: 'connectivity', state_topic: 'lookout/hall/status' });
    expect(document.availability).toEqual([{ topic: 'lookout/available' }]);
  });

  it('offers no switches where nobody would obey them', () => {
    const document = discoveryDocument(names, { rules: () => [rule('phone')], cameras: () => [{ id: 'hall', enabled: true }] }, false);
    expect(Object.keys(document.components)).toEqual(['rule_phone_event', 'camera_hall_online']);
  });

  it.each([
    '{{ states.light.all }}', '{% raw %}', '","platform":"shell_command', '<img src=x onerror=alert(1)>', '\u001b[2J\u0000', "'}} {{ x", '\ud800', '~/set', '#', 'a megabyte', '   ', '\u202eevil',
  ])('keeps the words of a rule to its name: %j', (given) => {
    const words = given === 'a megabyte' ? 'a'.repeat(1e6) : given;
    const document = discoveryDocument(names, { rules: () => [rule('phone', words)], cameras: () => [] }, true);
    const plain = discoveryDocument(names, { rules: () => [rule('phone')], cameras: () => [] }, true);
    deviceDiscovery.parse(JSON.parse(Buffer.from(JSON.stringify(document), 'utf8').toString('utf8')));
    const nameless = (from: typeof document): unknown => JSON.parse(JSON.stringify(from, (key, value: unknown) => (key === 'name' ? '' : value)));
    expect(nameless(document)).toEqual(nameless(plain));
    const name = String(document.components.rule_phone_event?.name);
    expect([...name].length).toBeLessThanOrEqual(120);
    expect(name).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
    expect(name).not.toBe('');
  });

  it('has ids of its own for every prefix', () => {
    expect(discoveryTopic(topics('home/lookout'), 'homeassistant')).toBe('homeassistant/device/home--lookout/config');
    for (const prefix of ['lookout', 'home/lookout', 'a_b-c']) expect(discoveryTopic(topics(prefix), 'homeassistant')).toMatch(DISCOVERY_TOPIC);
  });

  it('knows its own components in what the broker has kept, and nothing else', () => {
    const kept = (document: unknown): string[] => announcedIn(Buffer.from(typeof document === 'string' ? document : JSON.stringify(document))).map(({ key, platform }) => `${key} ${platform}`);
    const components = { rule_phone_event: {}, 'rule_a b_event': {}, camera_hall_online: { platform: 'switch' }, shell: {}, 'rule_../x_switch': {} };
    expect(kept({ origin: { name: 'Lookout' }, components })).toEqual(['rule_phone_event event', 'camera_hall_online binary_sensor']);
    for (const other of ['', 'null', '[]', '{', '{"components":[]}', { components }, { origin: { name: 'Other' }, components }]) expect(kept(other)).toEqual([]);
  });
});

describe('with a broker', () => {
  let folder: string;
  let store: Store;
  let broker: Mosquitto;
  let heard: Subscriber;
  let rules: RuleSwitch[];
  let cameras: CameraSwitch[];
  let stops: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lookout-discovery-'));
    store = openStore({ path: join(folder, 'lookout.db'), retentionDays: 7 }, createLogger({ level: 'silent' }));
    broker = await mosquitto();
    await broker.start();
    heard = await subscriber(broker.url);
    rules = [rule('phone'), rule('bag')];
    cameras = [{ id: 'hall', enabled: true }];
  });
  afterEach(async () => {
    for (const stop of stops) await stop();
    stops = [];
    await heard.end();
    await broker.remove();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function publisher(over: Partial<PublisherOptions> = {}): Publisher & { stop(): Promise<void> } {
    const abort = new AbortController();
    const switches = { rules: () => rules, cameras: () => cameras };
    const opts = { url: broker.url, prefix: 'lookout', clientId: 'lookout-discovery', switches, discovery: { prefix: 'homeassistant', enabled: true }, onCommand: () => undefined, ...over };
    const started = startPublisher(opts, store, abort.signal, createLogger({ level: 'silent' }));
    const stop = (): Promise<void> => {
      abort.abort();
      return started.stopped;
    };
    stops.push(stop);
    return { ...started, stop };
  }

  const documents = (): Message[] => heard.on(TOPIC);
  const components = (message: Message | undefined): Record<string, { platform: string }> => deviceDiscovery.parse(JSON.parse(message?.payload ?? '')).components;
  const last = (topic: string): string | undefined => heard.on(topic).at(-1)?.payload;

  it('tells Home Assistant, retained, and again when it comes online', async () => {
    publisher();
    await until('the document', () => documents().length === 1);
    const late = await subscriber(broker.url, {}, TOPIC);
    await until('it was kept', () => late.messages.length === 1);
    expect(late.messages[0]?.retain).toBe(true);
    await late.end();
    expect(Object.keys(components(documents()[0]))).toHaveLength(6);
    const home = await connectAsync(broker.url);
    for (const payload of ['offline', 'rubbish', 'online', 'online', 'online']) await home.publishAsync('homeassistant/status', payload);
    await home.endAsync();
    await until('it is told again', () => documents().length === 2);
    expect(documents()[1]?.payload).toBe(documents()[0]?.payload);
  });

  it('keeps the states of the switches for whoever comes', async () => {
    rules = [{ ...rule('phone'), enabled: false, snoozedUntil: Date.UTC(2999, 10, 22, 15) }];
    const out = publisher();
    await until('states', () => last('lookout/camera/hall/state') === 'ON');
    expect([last('lookout/rule/phone/state'), last('lookout/rule/phone/snooze/state')]).toEqual(['OFF', '2999-11-22T15:00:00.000Z']);
    rules = [rule('phone')];
    cameras = [];
    out.publishSwitches();
    await until('they change', () => last('lookout/camera/hall/state') === '' && last('lookout/rule/phone/state') === 'ON' && last('lookout/rule/phone/snooze/state') === 'None');
  });

  it('removes what is gone while it runs, first from Home Assistant and then from the document', async () => {
    const out = publisher();
    await until('the document', () => documents().length === 1);
    rules = [rule('phone')];
    out.publishSwitches();
    await until('both steps', () => documents().length === 3);
    expect(components(documents()[1])).toMatchObject({ rule_bag_event: { platform: 'event' }, rule_bag_switch: { platform: 'switch' } });
    expect(Object.keys(components(documents()[1]).rule_bag_switch ?? {})).toEqual(['platform']);
    expect(Object.keys(components(documents()[2]))).not.toContain('rule_bag_event');
    await until('its state is gone', () => last('lookout/rule/bag/state') === '');
  });

  it('removes what has gone while it did not run, and takes its states away', async () => {
    const first = publisher();
    await until('the document', () => documents().length === 1);
    first.publishStatus('hall', { state: 'online' });
    await until('a status', () => last('lookout/hall/status') !== undefined);
    await first.stop();
    rules = [rule('phone')];
    cameras = [];
    publisher();
    await until('both steps', () => documents().length === 3);
    expect(components(documents()[1])).toMatchObject({ rule_bag_event: { platform: 'event' }, camera_hall_online: { platform: 'binary_sensor' } });
    expect(Object.keys(components(documents()[2]))).toEqual(['rule_phone_event', 'rule_phone_switch']);
    await until('no states', () => ['lookout/rule/bag/state', 'lookout/camera/hall/state', 'lookout/hall/status'].every((topic) => last(topic) === ''));
    expect(last('lookout/rule/phone/state')).toBe('ON');
  });

  it('takes everything back once discovery is switched off', async () => {
    const first = publisher();
    await until('the document', () => documents().length === 1);
    await first.stop();
    const out = publisher({ discovery: { prefix: 'homeassistant', enabled: false } });
    await until('it is taken back', () => last(TOPIC) === '');
    out.publishSwitches();
    await until('states are there all the same', () => last('lookout/rule/phone/state') === 'ON');
    expect(documents()).toHaveLength(2);
  });
});

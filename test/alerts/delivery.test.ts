import { connectAsync } from 'mqtt';
import type { IPublishPacket } from 'mqtt';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alertPayloadSchema } from '../../src/alerts/payload.ts';
import { startPublisher } from '../../src/alerts/publisher.ts';
import type { Publisher, PublisherOptions } from '../../src/alerts/publisher.ts';
import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { alert, NOON } from '../store/values.ts';
import { mosquitto } from './mosquitto.ts';
import type { Mosquitto, Saving } from './mosquitto.ts';
import { subscriber, until } from './subscriber.ts';
import type { Subscriber } from './subscriber.ts';

let folder: string;
let store: Store;
let cleanUp: (() => Promise<unknown>)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lookout-delivery-'));
  store = openStore({ path: join(folder, 'lookout.db'), retentionDays: 7 }, createLogger({ level: 'silent' }));
  cleanUp = [];
});
afterEach(async () => {
  for (const end of cleanUp.reverse()) await end();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function broker(saving: Saving = 'always'): Promise<Mosquitto> {
  const started = await mosquitto('allow_anonymous true', {}, saving);
  cleanUp.push(started.remove);
  await started.start();
  return started;
}

function publisher(url: string, over: Partial<PublisherOptions> = {}): Publisher {
  const abort = new AbortController();
  const out = startPublisher({ url, prefix: 'lookout', clientId: 'lookout-delivery', ...over }, store, abort.signal, createLogger({ level: 'silent' }));
  cleanUp.push(() => {
    abort.abort();
    return out.stopped;
  });
  return out;
}

async function listening(url: string): Promise<Subscriber> {
  const heard = await subscriber(url);
  cleanUp.push(heard.end);
  return heard;
}

const told = (heard: Subscriber): string[] => heard.alerts().map((a) => `${a.id} ${a.phase} ${a.event}`);
const pending = (): number => store.pendingAlerts(1000).length;

describe('what an alert carries', () => {
  it('is in its schema: evidence, a second look, an alert without an event, and where picture and clip are', async () => {
    const { url } = await broker();
    const heard = await listening(url);
    const evidence = [{ eventId: 'e0', text: '有人进来', start: NOON - 9000, end: NOON - 8000, score: 0.8, clause: 'someone comes in' }];
    store.putAlert(alert({ eventId: null, evidence, verified: 0.75, snapshot: '2026-11-22/a1 é.jpg', clip: '2026-11-22/a1.mp4' }));
    publisher(url, { mediaUrl: 'https://lookout.example/media/' });
    await until('the alert', () => heard.alerts().length === 1);
    expect(heard.alerts()[0]).toMatchObject({
      event_id: null, verified: 0.75, snapshot: '2026-11-22/a1 é.jpg', clip: '2026-11-22/a1.mp4',
      snapshot_url: 'https://lookout.example/media/2026-11-22/a1%20%C3%A9.jpg', clip_url: 'https://lookout.example/media/2026-11-22/a1.mp4',
      evidence: [{ event_id: 'e0', event: '有人进来', start: new Date(NOON - 9000).toISOString(), start_ms: NOON - 9000, end_ms: NOON - 8000, score: 0.8, why: 'someone comes in' }],
    });
  });

  it('can be told without reading it, by subscribers of MQTT 5', async () => {
    const { url } = await broker();
    const packets: IPublishPacket[] = [];
    const client = await connectAsync(url, { protocolVersion: 5 });
    cleanUp.push(() => client.endAsync(true));
    client.on('message', (_topic, _payload, packet) => packets.push(packet));
    await client.subscribeAsync('lookout/+/alert', { qos: 1 });
    store.putAlert(alert({ phase: 'update' }));
    publisher(url);
    await until('the alert', () => packets.length === 1);
    expect(packets[0]?.properties).toMatchObject({ contentType: 'application/json', payloadFormatIndicator: true });
    expect({ ...packets[0]?.properties?.userProperties }).toEqual({ id: 'a1', phase: 'update', rule: 'phone', severity: 'warning' });
    expect(packets[0]?.properties?.messageExpiryInterval).toBeUndefined();
  });

  it('stays plain text whatever a model says', async () => {
    const { url } = await broker();
    const heard = await listening(url);
    const hostile = [
      'lookout/available', '#', '+/+', '","rule":"other","severity":"critical', '{"id":"x"}', "'; DROP TABLE alerts; --", '<script>alert(1)</script>',
      '\u001b]0;owned\u0007\u001b[2J', 'a\u0000b', '\ud83d', '\udc00\ud800', '\u202egnp.exe', '\r\n\r\nHTTP/1.1', '${DOOR_PASSWORD}', '{{ states }}', '__proto__', '文'.repeat(350_000),
    ];
    hostile.forEach((text, i) => store.putAlert(alert({ id: `h${i}`, text, ruleText: text, clause: text, evidence: [{ eventId: 'e', text, start: NOON, end: NOON, score: 1, clause: text }] })));
    publisher(url);
    await until('all of them', () => heard.alerts().length === hostile.length);
    expect(new Set(heard.messages.map((m) => m.topic))).toEqual(new Set(['lookout/hall/alert', 'lookout/available']));
    expect(heard.on('lookout/available').map((m) => m.payload)).toEqual(['online']);
    for (const { payload } of heard.on('lookout/hall/alert')) {
      const message = alertPayloadSchema.parse(JSON.parse(payload));
      expect(message).toMatchObject({ camera: 'hall', rule: 'phone', severity: 'warning' });
      for (const words of [message.event, message.rule_text, message.why, message.evidence[0]?.event ?? '']) {
        expect(words).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        expect([...words].length).toBeLessThanOrEqual(1000);
      }
    }
    expect(heard.alerts().find((a) => a.id === 'h6')?.event).toBe('<script>alert(1)</script>');
  });
});

describe('what is delivered', () => {
  it('is of each phase the newest, in order, when the broker was away', async () => {
    const away = await mosquitto();
    cleanUp.push(away.remove);
    const out = publisher(away.url);
    for (const id of ['a', 'b']) store.putAlert(alert({ id }));
    for (let i = 0; i < 50; i++) for (const id of ['a', 'b']) store.putAlert(alert({ id, phase: 'update', text: `update ${i}` }));
    store.putAlert(alert({ id: 'a', phase: 'end', text: 'over' }));
    store.putAlert(alert({ id: 'b', phase: 'retracted', text: 'it was not so' }));
    await away.start();
    const heard = await listening(away.url);
    await until('everything', () => new Set(told(heard)).size === 6);
    expect(await out.flush(10_000)).toBe(true);
    const of = (id: string): string[] => [...new Set(told(heard))].filter((line) => line.startsWith(`${id} `));
    expect(of('a')).toEqual(['a new a person in red picks up the phone', 'a update update 49', 'a end over']);
    expect(of('b')).toEqual(['b new a person in red picks up the phone', 'b update update 49', 'b retracted it was not so']);
  });

  it('is repeated while nobody listens, and kept', async () => {
    const { url } = await broker('never');
    const out = publisher(url, { settle: 0.1 });
    store.putAlert(alert({ id: 'early' }));
    store.putAlert(alert({ id: 'early', phase: 'end' }));
    expect(await out.flush(10_000)).toBe(true);
    expect(pending()).toBe(2);
    const heard = await listening(url);
    await until('both', () => heard.alerts().length >= 2);
    expect(heard.alerts().map((a) => a.phase)).toEqual(['new', 'end']);
    await until('they have left', () => pending() === 0);
  });

  it('is believed to be delivered without waiting where that is asked for', async () => {
    const { url } = await broker();
    publisher(url, { settle: 0 });
    store.putAlert(alert());
    await until('it has left', () => pending() === 0);
  });

  it('is sent again when the broker vanishes soon after its acknowledgement, and not later', async () => {
    const killed = await broker('never');
    const heard = await listening(killed.url);
    const out = publisher(killed.url, { settle: 0.3 });
    store.putAlert(alert({ id: 'settled' }));
    out.notify();
    await until('it has settled', () => heard.alerts().length === 1 && pending() === 0);
    store.putAlert(alert({ id: 'doubtful' }));
    out.notify();
    await until('it is acknowledged', () => heard.alerts().length === 2);
    expect(pending()).toBe(1);
    await killed.kill();
    await killed.start();
    await until('it comes again', () => heard.alerts().length === 3);
    await until('it has settled too', () => pending() === 0);
    expect(heard.alerts().map((a) => a.id)).toEqual(['settled', 'doubtful', 'doubtful']);
  });

  it('does without its evidence at a broker that takes short messages only, and holds nothing up where that is not enough', async () => {
    const narrow = await mosquitto('allow_anonymous true\nmax_packet_size 4096');
    cleanUp.push(narrow.remove);
    await narrow.start();
    const heard = await listening(narrow.url);
    const evidence = Array.from({ length: 50 }, (_, i) => ({ eventId: `e${i}`, text: 'a person walks by', start: NOON + i, end: NOON + i, score: 1, clause: 'someone' }));
    store.putAlert(alert({ id: 'hopeless', text: '文'.repeat(1000), ruleText: '文'.repeat(1000) }));
    store.putAlert(alert({ id: 'long', evidence }));
    store.putAlert(alert({ id: 'short', evidence: evidence.slice(0, 1) }));
    publisher(narrow.url, { settle: 0 });
    await until('the others', () => heard.alerts().length === 2);
    expect(heard.alerts().map((a) => [a.id, a.evidence.length])).toEqual([['long', 0], ['short', 1]]);
    await until('only the hopeless one waits', () => pending() === 1);
    expect(heard.on('lookout/available').map((m) => m.payload)).toEqual(['online']);
  });

  it('is once only where nothing is wrong', async () => {
    const { url } = await broker();
    const heard = await listening(url);
    const out = publisher(url, { settle: 0.1 });
    for (let i = 0; i < 300; i++) store.putAlert(alert({ id: `n${i}` }));
    out.notify();
    await until('all have left', () => pending() === 0);
    await sleep(300);
    expect(heard.alerts().map((a) => a.id)).toEqual(Array.from({ length: 300 }, (_, i) => `n${i}`));
    expect(store.alerts({ limit: 1000 }).every((a) => a.delivered)).toBe(true);
  });
});

import { Aedes } from 'aedes';
import { connectAsync } from 'mqtt';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { Command } from '../../src/alerts/commands.ts';
import { startPublisher } from '../../src/alerts/publisher.ts';
import { createLogger } from '../../src/health/log.ts';
import { deviceDiscovery } from './homeAssistant.ts';
import { subscriber, until } from './subscriber.ts';

let cleanUp: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of cleanUp.reverse()) await end();
  cleanUp = [];
});

/** A broker that speaks MQTT 3.1.1 alone. @param allowed whether Lookout may subscribe to anything */
async function olderBroker(allowed: boolean): Promise<string> {
  const aedes = await Aedes.createBroker();
  aedes.authorizeSubscribe = (client, subscription, done) => done(null, allowed || !client?.id.startsWith('lookout') ? subscription : null);
  const server = createServer(aedes.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(() => new Promise<void>((resolve) => aedes.close(() => server.close(() => resolve()))));
  return `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function start(url: string, commands: Command[], warnings: string[]): void {
  const abort = new AbortController();
  const log = createLogger({ level: 'silent' });
  log.warn = (_fields: unknown, text?: string) => void warnings.push(text ?? '');
  const switches = { rules: () => [{ id: 'phone', text: 'someone picks up phone', severity: 'info', enabled: true }], cameras: () => [{ id: 'hall', enabled: true }] };
  const discovery = { prefix: 'homeassistant', enabled: true };
  const outbox = { pendingAlerts: () => [], markPublished: () => undefined };
  const out = startPublisher({ url, prefix: 'lookout', clientId: 'lookout-311', switches, discovery, onCommand: (c) => void commands.push(c) }, outbox, abort.signal, log);
  cleanUp.push(() => {
    abort.abort();
    return out.stopped;
  });
}

it('announces, shows its switches and obeys where only MQTT 3.1.1 is spoken', async () => {
  const url = await olderBroker(true);
  const heard = await subscriber(url, { clean: true });
  cleanUp.push(heard.end);
  const commands: Command[] = [];
  start(url, commands, []);
  await until('the document', () => heard.on('homeassistant/device/lookout/config').length === 1);
  deviceDiscovery.parse(JSON.parse(heard.on('homeassistant/device/lookout/config')[0]?.payload ?? ''));
  await until('a state', () => heard.on('lookout/rule/phone/state')[0]?.payload === 'ON');
  const person = await connectAsync(url);
  cleanUp.push(() => person.endAsync(true));
  await person.publishAsync('lookout/rule/phone/set', 'OFF', { qos: 1 });
  await until('the command', () => commands.length === 1);
  expect(commands).toEqual([{ kind: 'rule', id: 'phone', enabled: false }]);
});

it('goes on announcing where the broker lets it hear nothing, and says so', async () => {
  const url = await olderBroker(false);
  const heard = await subscriber(url, { clean: true });
  cleanUp.push(heard.end);
  const warnings: string[] = [];
  start(url, [], warnings);
  await until('the document all the same', () => heard.on('homeassistant/device/lookout/config').length === 1);
  expect(warnings).toEqual(expect.arrayContaining(['the broker does not let Lookout hear Home Assistant', 'the broker does not let Lookout hear commands there']));
});

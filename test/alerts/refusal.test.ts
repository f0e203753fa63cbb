import { Aedes } from 'aedes';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startPublisher } from '../../src/alerts/publisher.ts';
import type { Publisher, PublisherOptions } from '../../src/alerts/publisher.ts';
import { createLogger } from '../../src/health/log.ts';
import { Secret } from '../../src/secret.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { alert } from '../store/values.ts';
import { mosquitto } from './mosquitto.ts';
import { subscriber, until } from './subscriber.ts';

let folder: string;
let store: Store;
let lines: string[];
let cleanUp: (() => Promise<unknown>)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lookout-refusal-'));
  store = openStore({ path: join(folder, 'lookout.db'), retentionDays: 7 }, createLogger({ level: 'silent' }));
  lines = [];
  cleanUp = [];
});
afterEach(async () => {
  for (const end of cleanUp.reverse()) await end();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function publisher(opts: Pick<PublisherOptions, 'url'> & Partial<PublisherOptions>): Publisher {
  const abort = new AbortController();
  const log = createLogger({ level: 'silent' });
  log.error = (_fields: unknown, text?: string) => void lines.push(text ?? '');
  const started = startPublisher({ prefix: 'lookout', clientId: 'lookout-test', ...opts }, store, abort.signal, log);
  cleanUp.push(() => {
    abort.abort();
    return started.stopped;
  });
  return started;
}

/** A broker that knows `lookout` with the password `right`, who may do as the access list says. */
async function guardedBroker(acl: string): Promise<string> {
  const file = join(folder, 'passwords');
  execFileSync('mosquitto_passwd', ['-b', '-c', file, 'lookout', 'right']);
  const broker = await mosquitto('allow_anonymous false\npassword_file {dir}/passwords\nacl_file {dir}/acl', {
    passwords: readFileSync(file, 'utf8'), acl,
  });
  cleanUp.push(broker.remove);
  await broker.start();
  return broker.url;
}

it.each([
  ['a wrong password', { username: 'lookout', password: new Secret('wrong') }],
  ['no password', {}],
])('says BROKER_REFUSED once for %s, keeps the alert, and does not show the password', async (_what, credentials) => {
  const url = await guardedBroker('user lookout\ntopic readwrite #\n');
  store.putAlert(alert());
  const out = publisher({ url, ...credentials });
  await until('the refusal', () => out.problem() !== undefined);
  expect(out.problem()?.message).toMatch(/^BROKER_REFUSED: mqtt:\/\/127\.0\.0\.1:\d+: .*\. Check mqtt\.username and mqtt\.password\.$/);
  expect(await out.flush(1500)).toBe(false);
  expect(lines).toEqual([out.problem()?.message]);
  expect(lines.join()).not.toContain('wrong');
  expect(store.pendingAlerts(10)).toHaveLength(1);
});

it('is let in with the right password', async () => {
  const url = await guardedBroker('user lookout\ntopic readwrite #\n');
  store.putAlert(alert());
  expect(await publisher({ url, username: 'lookout', password: new Secret('right') }).flush(10_000)).toBe(true);
  expect(lines).toEqual([]);
});

it('keeps the alert that the broker’s access list forbids, says so, and delivers the others', async () => {
  const url = await guardedBroker('user lookout\ntopic readwrite #\ntopic deny lookout/hall/alert\n');
  store.putAlert(alert({ id: 'forbidden', camera: 'hall' }));
  store.putAlert(alert({ id: 'allowed', camera: 'yard' }));
  const heard = await subscriber(url, { username: 'lookout', password: 'right' });
  cleanUp.push(heard.end);
  publisher({ url, username: 'lookout', password: new Secret('right') });
  await until('only the forbidden one waits', () => store.pendingAlerts(10).map((a) => a.id).join() === 'forbidden');
  await until('it is said', () => lines.length > 0);
  expect(lines).toEqual(['the broker refused an alert; it stays in the outbox']);
});

it('speaks MQTT 3.1.1 to a broker that knows no other', async () => {
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  cleanUp.push(() => new Promise<void>((resolve) => aedes.close(() => server.close(() => resolve()))));
  const heard = await subscriber(url, { clean: true });
  cleanUp.push(heard.end);
  store.putAlert(alert());
  const out = publisher({ url });
  expect(await out.flush(10_000)).toBe(true);
  await until('the alert', () => heard.alerts().length === 1);
  expect(lines).toEqual([]);
});

it.each([
  ['hangs up', (socket: Socket) => socket.destroy()],
  ['speaks another protocol', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['sends rubbish', (socket: Socket) => void socket.write(Buffer.alloc(64, 0xff))],
])('says BROKER_UNREACHABLE in one line of one that %s, and stops when told to', async (_what, answer) => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    answer(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(async () => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  for (const scheme of ['mqtt', 'mqtts', 'ws']) {
    const out = publisher({ url: `${scheme}://127.0.0.1:${port}` });
    await until('the reason', () => out.problem() !== undefined);
    expect(out.problem()?.message).toMatch(/^BROKER_UNREACHABLE: \w+:\/\/127\.0\.0\.1:\d+: .+\. Check mqtt\.url[^\n]*$/);
  }
});

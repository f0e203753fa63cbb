import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startPublisher } from '../../src/alerts/publisher.ts';
import type { Publisher } from '../../src/alerts/publisher.ts';
import type { BrokerTls } from '../../src/alerts/tls.ts';
import { createLogger } from '../../src/health/log.ts';
import { Secret } from '../../src/secret.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { alert } from '../store/values.ts';
import { authority } from './authority.ts';
import type { Authority, Issued } from './authority.ts';
import { mosquitto } from './mosquitto.ts';
import { until } from './subscriber.ts';

let folder: string;
let store: Store;
let own: Authority;
let other: Authority;
let server: Issued;
let cleanUp: (() => unknown)[] = [];

beforeAll(() => {
  own = authority();
  other = authority('somebody else');
  server = own.issue('broker', 'IP:127.0.0.1');
});
afterAll(() => {
  own.remove();
  other.remove();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lookout-tls-'));
  store = openStore({ path: join(folder, 'lookout.db'), retentionDays: 7 }, createLogger({ level: 'silent' }));
});
afterEach(async () => {
  for (const end of cleanUp.reverse()) await end();
  cleanUp = [];
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A broker with TLS. @returns its address, mqtts:// */
async function tlsBroker(cert: Issued, extra = 'allow_anonymous true', files: Record<string, string> = {}): Promise<string> {
  const config = `cafile {dir}/ca.pem\ncertfile {dir}/broker.pem\nkeyfile {dir}/broker.key\n${extra}`;
  const broker = await mosquitto(config, { 'ca.pem': readFileSync(own.ca, 'utf8'), 'broker.pem': cert.text('cert'), 'broker.key': cert.text('key'), ...files });
  cleanUp.push(broker.remove);
  await broker.start();
  return broker.url.replace('mqtt:', 'mqtts:');
}

function publisher(url: string, tls: BrokerTls, user: { username?: string; password?: Secret } = {}): Publisher {
  const abort = new AbortController();
  const started = startPublisher({ url, prefix: 'lookout', clientId: 'lookout-tls', tls, ...user }, store, abort.signal, createLogger({ level: 'silent' }));
  cleanUp.push(() => {
    abort.abort();
    return started.stopped;
  });
  store.putAlert(alert());
  return started;
}

async function problem(out: Publisher): Promise<string> {
  await until('a reason', () => out.problem() !== undefined);
  return out.problem()?.message ?? '';
}

it('delivers over TLS to a broker whose authority is given', async () => {
  expect(await publisher(await tlsBroker(server), { ca: own.ca }).flush(10_000)).toBe(true);
});

it('looks at certificates over WebSockets as well', async () => {
  const web = createServer({ cert: server.text('cert'), key: server.text('key') }, (_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
  cleanUp.push(() => new Promise((resolve) => web.close(resolve)));
  await once(web, 'listening');
  const url = `wss://127.0.0.1:${(web.address() as AddressInfo).port}`;
  expect(await problem(publisher(url, { ca: other.ca }))).toMatch(/^BROKER_UNTRUSTED: wss:/);
  // It is trusted, and is no broker.
  expect(await problem(publisher(url, { ca: own.ca }))).toMatch(/^BROKER_UNREACHABLE: wss:/);
});

it.each([
  ['a broker of another authority', () => ({ ca: other.ca }), /^BROKER_UNTRUSTED: mqtts:\/\/127\.0\.0\.1:\d+: .*certificate.*mqtt\.ca/],
  ['a broker of an authority that nobody knows', () => ({}), /^BROKER_UNTRUSTED: /],
])('does not trust %s', async (_what, tls, message) => {
  const out = publisher(await tlsBroker(server), tls());
  expect(await problem(out)).toMatch(message);
  expect(store.pendingAlerts(10)).toHaveLength(1);
});

it('does not trust a certificate that has expired, nor one made out to another name', async () => {
  expect(await problem(publisher(await tlsBroker(own.issue('old', 'IP:127.0.0.1', true)), { ca: own.ca }))).toMatch(/^BROKER_UNTRUSTED: .*expired/);
  expect(await problem(publisher(await tlsBroker(own.issue('elsewhere', 'DNS:elsewhere.example')), { ca: own.ca }))).toMatch(/^BROKER_UNTRUSTED: .*(IP|altname)/i);
});

it('takes any certificate only where that is asked for', async () => {
  const url = await tlsBroker(own.issue('anybody', 'DNS:elsewhere.example', true));
  expect(await publisher(url, { verify: false }).flush(10_000)).toBe(true);
});

it('shows its own certificate to a broker that asks for one', async () => {
  const client = own.issue('lookout');
  const url = await tlsBroker(server, 'require_certificate true\nuse_identity_as_username true');
  expect(await publisher(url, { ca: own.ca, cert: client.cert, key: client.key }).flush(10_000)).toBe(true);
});

it.each([
  ['none', () => ({})],
  ['one of another authority', () => ({ cert: other.issue('stranger').cert, key: join(other.ca, '..', 'stranger.key') })],
  ['one that has expired', () => ({ cert: own.issue('late', undefined, true).cert, key: join(own.ca, '..', 'late.key') })],
])('says BROKER_CERTIFICATE to a broker that asks for a certificate when it has %s', async (_what, tls) => {
  const url = await tlsBroker(server, 'require_certificate true\nuse_identity_as_username true');
  const message = await problem(publisher(url, { ca: own.ca, ...tls() }));
  expect(message).toMatch(/^BROKER_CERTIFICATE: mqtts:\/\/127\.0\.0\.1:\d+: [^\n]*mqtt\.cert and mqtt\.key/);
  expect(store.pendingAlerts(10)).toHaveLength(1);
});

it('says which file cannot be used, and nothing of what is in it', async () => {
  const [locked, rubbish] = [join(folder, 'locked.key'), join(folder, 'rubbish.pem')];
  const client = own.issue('lookout2');
  execFileSync('openssl', ['pkcs8', '-topk8', '-in', client.key, '-out', locked, '-passout', 'pass:very secret'], { stdio: 'ignore' });
  writeFileSync(rubbish, 'very secret');
  const faults: [BrokerTls, RegExp][] = [
    [{ ca: join(folder, 'nowhere.pem') }, /mqtt\.ca: .*nowhere\.pem cannot be read \(ENOENT\)/],
    [{ ca: rubbish }, /mqtt\.ca: not PEM/],
    [{ ca: own.ca, cert: client.cert, key: locked }, /mqtt\.key: .*passphrase/],
    [{ ca: own.ca, cert: client.cert, key: server.key }, /a key that does not belong/],
  ];
  for (const [tls, message] of faults) {
    const said = await problem(publisher('mqtts://127.0.0.1:1', tls));
    expect(said).toMatch(/^BROKER_CERTIFICATE: /);
    expect(said).toMatch(message);
    expect(said).not.toContain('very secret');
  }
});

it('takes up a certificate that was renewed while it runs', async () => {
  const url = await tlsBroker(server);
  const file = join(folder, 'ca.pem');
  writeFileSync(file, readFileSync(other.ca));
  const out = publisher(url, { ca: file });
  expect(await problem(out)).toMatch(/^BROKER_UNTRUSTED/);
  writeFileSync(file, readFileSync(own.ca));
  expect(await out.flush(15_000)).toBe(true);
});

it('says BROKER_REFUSED for a wrong password over TLS, and is let in with the right one', async () => {
  const file = join(folder, 'passwords');
  execFileSync('mosquitto_passwd', ['-b', '-c', file, 'lookout', 'right']);
  const url = await tlsBroker(server, 'allow_anonymous false\npassword_file {dir}/passwords', { passwords: readFileSync(file, 'utf8') });
  const wrong = await problem(publisher(url, { ca: own.ca }, { username: 'lookout', password: new Secret('the wrong one') }));
  expect(wrong).toMatch(/^BROKER_REFUSED: /);
  expect(wrong).not.toContain('the wrong one');
  expect(await publisher(url, { ca: own.ca }, { username: 'lookout', password: new Secret('right') }).flush(10_000)).toBe(true);
});

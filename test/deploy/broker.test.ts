import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, connectAsync } from 'mqtt';
import type { IClientOptions, MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { topics } from '../../src/alerts/topics.ts';
import { freePort, mosquitto } from '../alerts/mosquitto.ts';
import type { Mosquitto } from '../alerts/mosquitto.ts';
import { DEPLOY } from './manifests.ts';

const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`;
const PASSWORDS = ['MQTT_PASSWORD=pw-lookout', 'MQTT_HISTORY_PASSWORD=$(echo pw-history)', 'MQTT_VIEWER_PASSWORD=pw-viewer', 'MQTT_HOMEASSISTANT_PASSWORD=pw-ha'];
const USERS: Readonly<Record<string, string>> = { lookout: 'pw-lookout', history: '$(echo pw-history)', viewer: 'pw-viewer', homeassistant: 'pw-ha' };

const folder = mkdtempSync(join(tmpdir(), 'lookout-passwords-'));
let broker: Mosquitto;

beforeAll(async () => {
  writeFileSync(join(folder, 'secrets.env'), `# passwords\n${PASSWORDS.join('\n')}\nPGPASSWORD=x\n`);
  execFileSync(join(DEPLOY, 'passwords.sh'), [join(folder, 'secrets.env'), join(folder, 'passwords')], { env: { ...process.env, PATH } });
  // what says where things are in the container is said anew by whoever starts it here; the rest is as it stands
  const lines = readFileSync(join(DEPLOY, 'mosquitto.conf'), 'utf8').split('\n').filter((line) => !/^(listener|persistence|persistence_location|autosave_interval|log_\w+) /.test(line));
  const config = lines.join('\n').replaceAll('/mosquitto/config/', '{dir}/');
  broker = await mosquitto(config, { 'broker.acl': readFileSync(join(DEPLOY, 'broker.acl'), 'utf8'), passwords: readFileSync(join(folder, 'passwords'), 'utf8') }, 'default');
  await broker.start();
});
afterAll(async () => {
  await broker.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function as(user: string, more: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(broker.url, { protocolVersion: 5, username: user, password: USERS[user], ...more });
  onTestFinished(() => client.endAsync(true));
  return client;
}

/** What a client hears from now on. */
function heard(client: MqttClient): string[] {
  const all: string[] = [];
  client.on('message', (topic, payload) => all.push(`${topic} ${String(payload)}`));
  return all;
}

test('mosquitto.conf says where the container has its files', () => {
  const text = readFileSync(join(DEPLOY, 'mosquitto.conf'), 'utf8');
  const mounts = readFileSync(join(DEPLOY, 'compose.yaml'), 'utf8');
  for (const [, path] of text.matchAll(/^(?:password_file|acl_file|persistence_location) (\S+?)\/?$/gm)) expect(mounts).toContain(`:${path}`);
});

test('mosquitto takes every line of mosquitto.conf, and what waits for who is away outlives a restart', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'lookout-broker-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const port = await freePort();
  const text = readFileSync(join(DEPLOY, 'mosquitto.conf'), 'utf8').replaceAll(/\/mosquitto\/(config|data)\//g, `${dir}/`).replace(/^listener 1883$/m, `listener ${port} 127.0.0.1`);
  for (const name of ['passwords', 'broker.acl']) writeFileSync(join(dir, name), readFileSync(join(name === 'passwords' ? folder : DEPLOY, name)), { mode: 0o600 });
  writeFileSync(join(dir, 'mosquitto.conf'), `${text}\nuser root\n`);
  const history: IClientOptions = { protocolVersion: 5, clientId: 'away', clean: false, username: 'history', password: USERS.history, properties: { sessionExpiryInterval: 3600 }, reconnectPeriod: 100 };
  const running = async (use: () => Promise<void>): Promise<string> => {
    const child = spawn('mosquitto', ['-c', join(dir, 'mosquitto.conf')], { env: { ...process.env, PATH } });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => (said += part));
    try {
      await use();
    } finally {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    }
    return said;
  };
  const url = `mqtt://127.0.0.1:${port}`;
  const said = await running(async () => {
    const [away, lookout] = [await connectAsync(url, history), await connectAsync(url, { username: 'lookout', password: USERS.lookout, reconnectPeriod: 100 })];
    await away.subscribeAsync('$share/history/lookout/+/+/alert', { qos: 1 });
    await away.endAsync();
    await lookout.publishAsync('lookout/berlin/hall/alert', 'kept', { qos: 1 });
    await lookout.endAsync();
  });
  // but for what is said of a test that runs as root
  expect(said.replace(/.*should not be run as root.*/, '')).not.toMatch(/error|warning/i);
  await running(async () => {
    const again = connect(url, history);
    const got = heard(again);
    await expect.poll(() => got).toEqual(['lookout/berlin/hall/alert kept']);
    await again.endAsync();
  });
});

test('passwords become hashes, and a file without any is refused', () => {
  const made = readFileSync(join(folder, 'passwords'), 'utf8');
  expect(made.match(/^(\w+):\$7\$/gm)).toHaveLength(4);
  for (const password of Object.values(USERS)) expect(made).not.toContain(password);
  writeFileSync(join(folder, 'none.env'), 'PGPASSWORD=x\n');
  expect(spawnSync(join(DEPLOY, 'passwords.sh'), [join(folder, 'none.env'), join(folder, 'nothing')], { encoding: 'utf8' })).toMatchObject({ status: 1, stderr: expect.stringContaining('names no password') });
});

test('shell scripts can be parsed', () => {
  expect(spawnSync('sh', ['-n', join(DEPLOY, 'passwords.sh')]).status).toBe(0);
});

test('nobody comes in without a password, or with a wrong one', async () => {
  await expect(connectAsync(broker.url, { protocolVersion: 5, reconnectPeriod: 0 })).rejects.toThrow(/not authorized/i);
  await expect(as('lookout', { password: 'pw-viewer', reconnectPeriod: 0 })).rejects.toThrow(/not authorized/i);
});

test('daemons say what is theirs; history, screens and Home Assistant hear it, each its part', async () => {
  const [lookout, history, viewer, house] = await Promise.all(['lookout', 'history', 'viewer', 'homeassistant'].map((user) => as(user)));
  if (!lookout || !history || !viewer || !house) throw new Error('not connected');
  const { alert, coverage, status } = topics('lookout', { site: 'berlin' });
  await history.subscribeAsync(['$share/history/lookout/+/+/alert', '$share/history/lookout/+/+/coverage', '$share/history/lookout/+/+/status', '$share/history/lookout/+/event'], { qos: 1 });
  await Promise.all([viewer, house].map((client) => client.subscribeAsync(['lookout/#', 'homeassistant/#'], { qos: 1 })));
  const [kept, seen, found] = [heard(history), heard(viewer), heard(house)];
  for (const topic of [alert('hall'), coverage('hall'), status('hall'), 'lookout/hall/event', 'homeassistant/device/x/config']) await lookout.publishAsync(topic, 'x', { qos: 1 });
  await expect.poll(() => found.length).toBe(5);
  expect(kept.sort()).toEqual(['lookout/berlin/hall/alert x', 'lookout/berlin/hall/coverage x', 'lookout/hall/event x']);
  expect(seen.filter((line) => line.startsWith('homeassistant'))).toEqual([]);
  expect(seen).toHaveLength(4);
});

test('Home Assistant switches; who only looks on does not, nor makes up alerts', async () => {
  const [lookout, viewer, house, history] = await Promise.all(['lookout', 'viewer', 'homeassistant', 'history'].map((user) => as(user)));
  if (!lookout || !viewer || !house || !history) throw new Error('not connected');
  const { commands } = topics('lookout', { site: 'berlin' });
  await lookout.subscribeAsync([...commands, ...topics('lookout').commands, 'lookout/+/alert'], { qos: 1 });
  const told = heard(lookout);
  const concrete = [...commands, ...topics('lookout').commands].map((filter) => filter.replace('+', 'one'));
  for (const client of [viewer, history]) for (const topic of [...concrete, 'lookout/hall/alert']) await client.publishAsync(topic, 'no', { qos: 1 }).catch((error: Error) => expect(error.message).toMatch(/not authorized/i));
  await house.publishAsync('lookout/hall/alert', 'no', { qos: 1 }).catch((error: Error) => expect(error.message).toMatch(/not authorized/i));
  for (const topic of concrete) await house.publishAsync(topic, 'ON', { qos: 1 });
  await expect.poll(() => told.length).toBe(concrete.length);
  expect(told.sort()).toEqual(concrete.map((topic) => `${topic} ON`).sort());
});

test('what waits for a consumer that is away is more than the thousand messages of the default', async () => {
  const away: IClientOptions = { clientId: 'away', clean: false, properties: { sessionExpiryInterval: 3600 } };
  const first = await as('history', away);
  await first.subscribeAsync('$share/history/lookout/+/+/event', { qos: 1 });
  await first.endAsync();
  const lookout = await as('lookout');
  const sent = Array.from({ length: 1500 }, (_, i) => String(i));
  await Promise.all(sent.map((text) => lookout.publishAsync('lookout/berlin/hall/event', text, { qos: 1 })));
  const again = connect(broker.url, { protocolVersion: 5, username: 'history', password: USERS.history, ...away });
  onTestFinished(() => again.endAsync(true));
  const got = heard(again);
  await expect.poll(() => got.length, { timeout: 20_000 }).toBe(1500);
  expect(got).toEqual(sent.map((text) => `lookout/berlin/hall/event ${text}`));
});

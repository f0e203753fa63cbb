import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort, mosquitto } from '../alerts/mosquitto.ts';
import { calledHere, lookout, start, workFolder } from './lookout.ts';

async function runningBroker(config?: string): Promise<{ url: string; port: number }> {
  const broker = await mosquitto(config);
  onTestFinished(() => broker.remove());
  await broker.start();
  return broker;
}

describe('lookout run', () => {
  test('watches until SIGTERM and exits cleanly; a rule added meanwhile is taken up', async () => {
    const { url } = await runningBroker();
    const folder = workFolder(`mqtt: { url: "${url}" }\nrtmp: { enabled: true, port: ${await freePort()} }\ncameras: [{ id: yard, rtmp_key: 0123456789abcdef }]`);
    const running = start(folder, ['run']);
    await running.says('watching');
    await calledHere(folder, ['rule', 'add', 'someone falls']);
    await running.says('configuration read again');
    writeFileSync(join(folder, 'rules/broken.yaml'), 'alrt: x\n');
    await running.says('rules/broken.yaml:1:1: alrt: unknown key; did you mean alert?');
    expect(running.said()).not.toContain('0123456789abcdef');
    running.child.kill('SIGTERM');
    expect((await running.outcome).code).toBe(0);
  });

  test('goes on without a broker', async () => {
    const folder = workFolder(`mqtt: { url: "mqtt://127.0.0.1:${await freePort()}" }`);
    const running = start(folder, ['run']);
    await running.says('watching');
    await running.says('BROKER_UNREACHABLE');
    running.child.kill('SIGINT');
    expect((await running.outcome).code).toBe(0);
  });

  test('tells systemd when it is ready and when it stops', async () => {
    const folder = workFolder(`mqtt: { url: "mqtt://127.0.0.1:${await freePort()}" }`);
    const told = join(folder, 'told');
    // systemd's own program would refuse without systemd; what it is called with is what matters here.
    writeFileSync(join(folder, 'systemd-notify'), `#!/bin/sh\necho "$@" >> ${told}\n`, { mode: 0o755 });
    const running = start(folder, ['run'], { NOTIFY_SOCKET: join(folder, 'socket'), WATCHDOG_USEC: '1000000', PATH: `${folder}:${process.env.PATH ?? ''}` });
    await running.says('watching');
    await expect.poll(() => readFileSync(told, 'utf8'), { timeout: 20_000 }).toMatch(/READY=1[^]*WATCHDOG=1/);
    running.child.kill('SIGTERM');
    expect((await running.outcome).code).toBe(0);
    expect(readFileSync(told, 'utf8')).toContain('STOPPING=1');
  });

  test('says in one line that its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const outcome = await lookout(workFolder(`rtmp: { enabled: true, port: ${port} }`), ['run']);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(new RegExp(`^PORT_IN_USE: .*${port}`, 'm'));
  });

  test.each([
    ['no model', 'model: { name: nowhere }', /^MODEL_NOT_FOUND: /m],
    ['no weights', 'model: { name: half }', /^MODEL_WEIGHTS_MISSING: /m],
  ])('says in one line that there is %s', async (_, model, line) => {
    const config = readFileSync(join(import.meta.dirname, '../fixtures/qwen3vl/odd-sizes/config.json'), 'utf8');
    const folder = workFolder('', { 'configs/lookout.yaml': `${model}\n`, 'configs/rules/a.yaml': '', 'configs/half/config.json': config });
    const outcome = await lookout(folder, ['run']);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(line);
  });
});

describe('lookout watch', () => {
  test('prints alerts and the state of cameras as they arrive, until it is ended', async () => {
    const { url } = await runningBroker();
    const watching = start(workFolder(`mqtt: { url: "${url}" }`), ['watch']);
    await watching.says('waiting for alerts');
    const client = await connectAsync(url);
    onTestFinished(() => client.endAsync(true));
    const alert = { phase: 'new', severity: 'critical', event: 'a person falls \u001b[31m', rule: 'fall', start_ms: Date.UTC(2026, 0, 2, 3, 4, 5) };
    await client.publishAsync('lookout/available', 'online', { qos: 1, retain: true });
    await client.publishAsync('lookout/hall/status', JSON.stringify({ state: 'offline', reason: 'no answer' }), { qos: 1 });
    await client.publishAsync('lookout/hall/event', '{}', { qos: 1 });
    await client.publishAsync('lookout/hall/alert', JSON.stringify(alert), { qos: 1 });
    await watching.says('[fall]');
    watching.child.kill('SIGINT');
    const { code, stdout } = await watching.outcome;
    expect(code).toBe(0);
    expect(stdout.replace(/\d\d:\d\d:\d\d/g, 'TIME')).toBe('TIME  Lookout is online\nTIME  hall is offline (no answer)\nTIME  CRITICAL  hall: a person falls  [31m, since TIME.0  [fall]\n');
  });

  test.each([
    ['is not there', undefined, 'BROKER_UNREACHABLE'],
    ['lets nobody in', 'allow_anonymous false', 'BROKER_REFUSED'],
  ])('ends with one line where the broker %s', async (_, config, code) => {
    const url = config ? (await runningBroker(config)).url : `mqtt://127.0.0.1:${await freePort()}`;
    const outcome = await calledHere(workFolder(`mqtt: { url: "${url}" }`), ['watch']);
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toMatch(new RegExp(`^${code}: ${url}`));
  });
});

describe('lookout doctor', () => {
  test('finds all well', async () => {
    const { url } = await runningBroker();
    const { code, stdout } = await lookout(workFolder(`mqtt: { url: "${url}" }\nrtmp: { enabled: true, port: ${await freePort()} }`), ['doctor', '--json']);
    const findings = JSON.parse(stdout) as { name: string; state: string }[];
    expect(findings.map(({ name, state }) => `${name} ${state}`)).toEqual(['node ok', 'native modules ok', 'ffmpeg ok', 'devices ok', 'configuration ok', 'model ok', 'event log ok', 'broker ok', 'RTMP port ok']);
    expect(code).toBe(0);
  });

  test('says what to do about what is not', async () => {
    const folder = workFolder(`mqtt: { url: "mqtt://127.0.0.1:${await freePort()}" }\nnetwork: { allow: [localhost] }\ncameras: [{ id: door, url: "rtsp://u:hunter22@localhost:${await freePort()}/x" }, { id: here, url: "rtsp://u:hunter22@127.0.0.1/x" }]`, { 'events.db': 'no database at all, but long enough to be read as one' });
    const { code, stdout } = await lookout(folder, ['doctor'], { PATH: folder });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^warn {2}ffmpeg .*apt-get install ffmpeg/m);
    expect(stdout).toMatch(/^FAIL {2}event log .*STORE_CORRUPT: /m);
    expect(stdout).toMatch(/^FAIL {2}broker .*BROKER_UNREACHABLE: /m);
    expect(stdout).toMatch(/^FAIL {2}camera door .*CAMERA_UNREACHABLE: rtsp:\/\/localhost:\d+: ECONNREFUSED\./m);
    expect(stdout).toMatch(/^FAIL {2}camera here .*ADDRESS_REFUSED: /m);
    expect(stdout).not.toContain('hunter22');
  });

  test('points to the line of a broken configuration', async () => {
    const { code, stdout } = await calledHere(workFolder('rtmp: { prt: 1 }'), ['doctor']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAIL {2}configuration {4}CONFIG_INVALID: configs\/lookout\.yaml:4:9: rtmp\.prt: unknown key; did you mean port\?/m);
  });
});

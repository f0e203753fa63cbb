import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { publishRoom } from '../../src/demo/publish.ts';
import { createLogger } from '../../src/health/log.ts';
import { Secret } from '../../src/secret.ts';
import { freePort, mosquitto } from '../alerts/mosquitto.ts';
import { subscriber, until } from '../alerts/subscriber.ts';
import { lookout, ROOT, start, workFolder } from '../cli/lookout.ts';

const KEY = '0123456789abcdef0123';
const LONG = 120_000;

/** The daemon with the demo's model and a filmed room, and whoever listens at its broker. */
async function home() {
  const broker = await mosquitto();
  onTestFinished(() => broker.remove());
  await broker.start();
  const port = await freePort();
  const config = `window: { hop: 0.5 }\nmqtt: { url: "${broker.url}" }\nmedia: { dir: ../media, before: 2, after: 1 }\nrtmp: { enabled: true, port: ${port} }\ncameras: [{ id: yard, rtmp_key: ${KEY} }]`;
  const rules = { 'rules/phone.yaml': '# the phone\nalert: someone picks up phone\n', 'rules/in.yaml': 'alert: someone comes in\ncooldown: 1h\n', 'rules/seat.yaml': 'alert: someone sits down\n' };
  const folder = workFolder(config, rules);
  const file = join(folder, 'configs/lookout.yaml');
  const demo = readFileSync(file, 'utf8').replace(/^model: .*$/m, `model: { name: ${join(ROOT, 'models/demo')} }`);
  writeFileSync(file, demo);
  const ears = await subscriber(broker.url);
  onTestFinished(() => ears.end());
  const filming = new AbortController();
  onTestFinished(() => filming.abort());
  const film = (): void => void publishRoom({ seed: 7, duration: 600, url: new Secret(`rtmp://127.0.0.1:${port}/live/${KEY}`) }, filming.signal, createLogger({ level: 'silent' })).begin();
  return { folder, ears, film };
}

test('an alert goes out at once, and its picture, its end and its clip follow under the same id', async () => {
  const { folder, ears, film } = await home();
  const daemon = start(folder, ['run']);
  await daemon.says('watching');
  film();
  await until('an alert', () => ears.alerts().length > 0, LONG);
  const [first] = ears.alerts();
  expect(first).toMatchObject({ phase: 'new', camera: 'yard', snapshot: null, clip: null, score: expect.closeTo(1, 0) });
  const later = () => ears.alerts().filter((alert) => alert.id === first?.id);
  await until('its clip', () => later().some((alert) => alert.clip !== null), LONG);
  const last = later().at(-1);
  expect(later().map((alert) => alert.phase)).toEqual(expect.arrayContaining(['new', 'update', 'end']));
  expect(last).toMatchObject({ phase: 'end', event_id: first?.event_id, rule: first?.rule });
  for (const kept of [last?.snapshot, last?.clip]) expect(existsSync(join(folder, 'media', kept ?? 'none'))).toBe(true);
  const why = await lookout(folder, ['explain', (first?.id ?? '').slice(0, 8)]);
  expect(why.code).toBe(0);
  expect(why.stdout).toContain(first?.event);
  daemon.child.kill('SIGTERM');
  expect((await daemon.outcome).code).toBe(0);
});

test('a rule switched off over MQTT stays off over a restart, and cooldowns outlive it as well', async () => {
  const { folder, ears, film } = await home();
  const daemon = start(folder, ['run']);
  await daemon.says('watching');
  const state = (): string | undefined => ears.on('lookout/rule/phone/state').at(-1)?.payload;
  await until('the switch to be shown', () => state() === 'ON', LONG);
  await ears.publish('lookout/rule/phone/set', 'OFF');
  await until('the switch to be off', () => state() === 'OFF', LONG);
  expect(readFileSync(join(folder, 'rules/phone.yaml'), 'utf8')).toBe('# the phone\nalert: someone picks up phone\nenabled: false\n');
  film();
  await until('somebody comes in', () => ears.alerts().some((alert) => alert.rule === 'in'), LONG);
  daemon.child.kill('SIGKILL');
  await daemon.outcome;
  // what was on its way when it was killed may come once more, under the same id
  const before = new Set(ears.alerts().map(({ id }) => id));
  const again = start(folder, ['run']);
  await again.says('watching');
  const seats = (): number => ears.alerts().filter((alert) => alert.rule === 'seat' && alert.phase === 'new').length;
  const sat = seats();
  await until('more happens', () => seats() > sat, LONG);
  const told = ears.alerts().filter(({ id }) => !before.has(id)).map(({ rule }) => rule);
  expect(told).toContain('seat');
  expect(told).not.toContain('phone');
  expect(told).not.toContain('in');
  expect(state()).toBe('OFF');
  again.child.kill('SIGTERM');
  expect((await again.outcome).code).toBe(0);
});

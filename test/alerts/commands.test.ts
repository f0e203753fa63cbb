import { connectAsync } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandLine } from '../../src/alerts/commandLine.ts';
import { parseCommand } from '../../src/alerts/commands.ts';
import type { Command } from '../../src/alerts/commands.ts';
import { startPublisher } from '../../src/alerts/publisher.ts';
import { topics } from '../../src/alerts/topics.ts';
import { LookoutError } from '../../src/errors.ts';
import { createLogger } from '../../src/health/log.ts';
import type { Logger } from '../../src/health/log.ts';
import { mosquitto } from './mosquitto.ts';
import type { Mosquitto } from './mosquitto.ts';
import { until } from './subscriber.ts';

const names = topics('home/lookout');
const parse = (topic: string, payload: string | Buffer): Command | undefined => parseCommand(names, topic, Buffer.from(payload as string));

describe('a command, to the letter', () => {
  it.each([
    ['rule/phone/set', 'OFF', { kind: 'rule', id: 'phone', enabled: false }],
    ['rule/snooze/set', 'ON', { kind: 'rule', id: 'snooze', enabled: true }],
    ['camera/rule/set', 'ON', { kind: 'camera', id: 'rule', enabled: true }],
    ['rule/phone/snooze/set', '90', { kind: 'snooze', rule: 'phone', seconds: 90 }],
    ['rule/phone/snooze/set', '0', { kind: 'snooze', rule: 'phone', seconds: 0 }],
    ['rule/phone/snooze/set', '30m', { kind: 'snooze', rule: 'phone', seconds: 1800 }],
    ['rule/set/snooze/set', '2h', { kind: 'snooze', rule: 'set', seconds: 7200 }],
    ['alert/3f2A-9/feedback/set', 'right', { kind: 'feedback', alertId: '3f2A-9', right: true, note: '' }],
    ['alert/a1/feedback/set', '{"verdict":"wrong","note":"it was\\u0000 the \\u001b[2Jcat\\ud800"}', { kind: 'feedback', alertId: 'a1', right: false, note: 'it was the [2Jcat\uFFFD' }],
  ])('%s %s', (topic, payload, command) => {
    expect(parse(`home/lookout/${topic}`, payload)).toEqual(command);
  });

  it.each([
    ['rule/phone/set', ['on', 'ON ', ' ON', 'ON\n', '\uFEFFON', '1', 'true', '', '"ON"', '{"state":"ON"}', Buffer.from([0x4f, 0xff]), 'ON'.repeat(5000)]],
    ['rule/phone/snooze/set', ['', '-1', '1.5', '1e3', '30 m', '30M', '9999999999', '366d', 'ON', '0x10', '١٢']],
    ['alert/a1/feedback/set', ['', 'Right', '"right"', '{}', '[]', 'null', '{"verdict":"maybe"}', '{"verdict":"right","extra":1}', '{"verdict":"right","note":5}', '{"verdict":"right"', '{"__proto__":{"verdict":"right"}}']],
    ['rule/Phone/set', ['ON']], ['rule/a b/set', ['ON']], ['rule//set', ['ON']], [`rule/${'a'.repeat(65)}/set`, ['ON']], ['rule/../set', ['ON']],
    ['phone/set', ['ON']], ['camera/hall/snooze/set', ['5']], ['camera/hall/feedback/set', ['right']], ['alert/a1/set', ['ON']], ['rule/phone/set/set', ['ON']], ['rule/phone/state', ['ON']],
  ])('nothing else: %s', (topic, payloads: (string | Buffer)[]) => {
    for (const payload of payloads) expect(parse(`home/lookout/${topic}`, payload)).toBeUndefined();
  });

  it('comes under its own prefix only', () => {
    expect(parse('lookout/rule/phone/set', 'ON')).toBeUndefined();
    expect(parse('home/lookoutrule/phone/set', 'ON')).toBeUndefined();
  });
});

/** Collects what is said; nothing is printed. */
function listening(lines: string[]): Logger {
  const log = createLogger({ level: 'silent' });
  log.warn = (_fields: unknown, text?: string) => void lines.push(text ?? '');
  log.error = log.warn;
  return log;
}

describe('commands in line', () => {
  const message = (topic: string, payload: string, retain = false): Parameters<ReturnType<typeof commandLine>['take']>[0] => ({ topic: `home/lookout/${topic}`, payload: Buffer.from(payload), retain });

  it('are obeyed one at a time, in order, of each topic the newest that waits', async () => {
    const seen: string[] = [];
    let running = 0;
    const line = commandLine(names, async (c) => {
      expect(++running).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      seen.push(JSON.stringify(c));
    }, createLogger({ level: 'silent' }));
    line.take(message('rule/a/set', 'ON'));
    for (const state of ['OFF', 'ON', 'OFF']) line.take(message('rule/b/set', state));
    line.take(message('camera/hall/set', 'OFF'));
    await until('all', () => seen.length === 3);
    expect(seen.map((one) => JSON.parse(one) as Command)).toEqual([
      { kind: 'rule', id: 'a', enabled: true }, { kind: 'rule', id: 'b', enabled: false }, { kind: 'camera', id: 'hall', enabled: false },
    ]);
    line.stop();
  });

  it('are bounded in number, and what is turned away is said once', async () => {
    const lines: string[] = [];
    let obeyed = 0;
    const line = commandLine(names, () => void (obeyed += 1), listening(lines));
    for (let i = 0; i < 5000; i++) line.take(message(`rule/r${i}/set`, 'ON'));
    for (let i = 0; i < 5000; i++) line.take(message('rule/r/set', 'rubbish'));
    for (let i = 0; i < 5000; i++) line.take(message('rule/r/set', 'ON', true));
    await until('the first ones', () => obeyed >= 20);
    expect(obeyed).toBeLessThan(100);
    expect(lines).toEqual([
      'too many commands at once: the rest is ignored', 'what came on a command topic is no command and is ignored', 'a retained command is ignored: send commands without the retain flag',
    ]);
    line.stop();
  });

  it('go on after one that fails', async () => {
    const lines: string[] = [];
    const seen: string[] = [];
    const line = commandLine(names, (c) => {
      if (c.kind === 'rule' && c.id === 'none') throw new LookoutError('RULE_NOT_FOUND', 'there is no rule none.');
      seen.push(c.kind);
    }, listening(lines));
    line.take(message('rule/none/set', 'ON'));
    line.take(message('camera/hall/set', 'ON'));
    await until('the second', () => seen.length === 1);
    expect(lines).toEqual([expect.stringMatching(/^RULE_NOT_FOUND: /)]);
    line.stop();
  });
});

describe('with a broker', () => {
  let broker: Mosquitto;
  let person: MqttClient;
  let commands: Command[];
  let stops: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    broker = await mosquitto();
    await broker.start();
    person = await connectAsync(broker.url);
    person.on('error', () => undefined);
    commands = [];
  });
  afterEach(async () => {
    for (const stop of stops) await stop();
    stops = [];
    await person.endAsync(true);
    await broker.remove();
  });

  async function publisher(): Promise<void> {
    const abort = new AbortController();
    const outbox = { pendingAlerts: () => [], markPublished: () => undefined };
    const out = startPublisher({ url: broker.url, prefix: 'lookout', clientId: 'lookout-commands', onCommand: (c) => void commands.push(c) }, outbox, abort.signal, createLogger({ level: 'silent' }));
    stops.push(() => {
      abort.abort();
      return out.stopped;
    });
    let online = false;
    out.state$.subscribe((state) => (online = state === 'connected'));
    await until('connected', () => online);
  }

  /** Commands are heard once the broker has taken the subscription: said until the first is. */
  async function until1st(topic: string, payload: string): Promise<void> {
    const timer = setInterval(() => person.publish(topic, payload), 50);
    await until('a command', () => commands.length > 0);
    clearInterval(timer);
  }

  it('obeys what is said now, and nothing that was retained, also after the broker was away', async () => {
    await person.publishAsync('lookout/rule/old/set', 'OFF', { retain: true, qos: 1 });
    await person.publishAsync('lookout/camera/old/set', 'OFF', { retain: true, qos: 1 });
    await publisher();
    await until1st('lookout/rule/phone/set', 'OFF');
    expect(commands[0]).toEqual({ kind: 'rule', id: 'phone', enabled: false });
    await broker.kill();
    await broker.start();
    commands.length = 0;
    await until1st('lookout/alert/a1/feedback/set', 'wrong');
    expect(commands.filter((c) => c.kind !== 'feedback' && JSON.stringify(c).includes('old'))).toEqual([]);
    expect(commands.at(-1)).toEqual({ kind: 'feedback', alertId: 'a1', right: false, note: '' });
  });

  it('takes no harm from a message of any size', async () => {
    await publisher();
    await until1st('lookout/rule/phone/set', 'ON');
    commands.length = 0;
    await person.publishAsync('lookout/rule/phone/set', Buffer.alloc(16 << 20, 'ON'), { qos: 1 });
    await person.publishAsync('lookout/camera/hall/set', 'OFF', { qos: 1 });
    await until('the next one', () => commands.some((c) => c.kind === 'camera'));
    expect(commands.filter((c) => c.kind !== 'camera').every((c) => c.kind === 'rule' && c.enabled)).toBe(true);
  });
});

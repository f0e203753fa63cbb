import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { mosquitto } from '../alerts/mosquitto.ts';
import { start, workFolder } from '../cli/lookout.ts';
import { NOON } from '../store/values.ts';
import { alertTold, coverageTold, eventTold } from './messages.ts';
import type { Told } from './messages.ts';
import { postgresPrograms, startPostgres } from './postgres.ts';
import type { Postgres } from './postgres.ts';

const HISTORY = join(import.meta.dirname, '../../configs/deploy/history');
const programs = postgresPrograms();

let db: Postgres;

/** The schema anew, empty. */
function empty(): void {
  db.sql('DROP SCHEMA IF EXISTS lookout CASCADE');
  db.file(join(HISTORY, 'schema.sql'));
}

const base64 = (text: string): string => `decode('${Buffer.from(text).toString('base64')}', 'base64')`;

function take({ topic, message }: Told): string {
  return db.sql(`SELECT lookout.take(convert_from(${base64(topic)}, 'UTF8'), ${base64(message)})`);
}

interface Feeder {
  says(text: string): Promise<void>;
  kill(): Promise<void>;
}

/** configs/deploy/history/feed.mjs in a process of its own; the test's end ends it. */
function feed(url: string, name = 'feeder-1'): Feeder {
  const child = spawn(process.execPath, [join(HISTORY, 'feed.mjs')], { env: { ...process.env, ...db.env, MQTT_URL: url, HISTORY_CLIENT: name }, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  onTestFinished(kill);
  return {
    kill,
    says: (text) => expect.poll(() => said, { timeout: 20_000 }).toContain(text).then(() => undefined),
  };
}

async function publisher(): Promise<{ url: string; client: MqttClient }> {
  const broker = await mosquitto('allow_anonymous true\nmax_queued_messages 100000');
  onTestFinished(() => broker.remove());
  await broker.start();
  const client = await connectAsync(broker.url, { protocolVersion: 5 });
  onTestFinished(() => client.endAsync(true));
  return { url: broker.url, client };
}

const publish = (client: MqttClient, all: readonly Told[]): Promise<unknown> => Promise.all(all.map(({ topic, message }) => client.publishAsync(topic, message, { qos: 1 })));
const count = (table: string): number => Number(db.sql(`SELECT count(*) FROM lookout.${table}`));

describe.skipIf(!programs)(programs ? 'the history in PostgreSQL' : 'the history in PostgreSQL, which is not installed here (apt-get install postgresql)', () => {
  beforeAll(async () => {
    if (programs) db = await startPostgres(programs);
  });
  afterAll(() => db.remove());

  test('takes each thing once, in its last state, in whatever order it is told', () => {
    empty();
    db.file(join(HISTORY, 'schema.sql'));
    const [born, ended] = [eventTold('berlin', { phase: 'new' }, NOON), eventTold('berlin', { phase: 'end', end: NOON + 9000 }, NOON + 1)];
    expect([born, ended, born, ended].map(take)).toEqual(['taken', 'taken', 'repeated', 'repeated']);
    const [opened, closed] = [coverageTold('berlin'), coverageTold('berlin', { end: NOON + 60_000 }, NOON + 2)];
    expect([closed, opened, closed].map(take)).toEqual(['taken', 'repeated', 'repeated']);
    // all in one millisecond, as after the broker was away
    const [first, second, last] = [alertTold('berlin', {}), alertTold('berlin', { phase: 'update', text: '"quoted" \\ \'it\'; DROP TABLE\n有人' }), alertTold('berlin', { phase: 'end' })];
    expect([first, second, second, last, first].map(take)).toEqual(['taken', 'taken', 'repeated', 'taken', 'repeated']);
    expect(take(alertTold('berlin', { phase: 'retracted' }, NOON + 5000))).toBe('taken');
    expect(db.sql("SELECT phase, ends AT TIME ZONE 'UTC' FROM lookout.events")).toBe('end|2026-11-22 14:30:09');
    expect(db.sql("SELECT extract(epoch FROM ends - starts)::int FROM lookout.coverage")).toBe('60');
    expect(db.sql('SELECT phase, event_id, site FROM lookout.alerts')).toBe('retracted|e1|berlin');
  });

  test('keeps what is refused beside, and goes on', () => {
    empty();
    const [{ topic, message }] = [eventTold('berlin')];
    const without = JSON.stringify({ ...(JSON.parse(message) as object), camera: undefined });
    const strange = ['no JSON', '{}', '[]', 'null', '"\\u0000"', without].map((text) => take({ topic, message: text }));
    expect(strange).toEqual(['refused', 'refused', 'refused', 'refused', 'refused', 'refused']);
    // what PostgreSQL has no room for would end whoever feeds it, again and again
    const long = JSON.stringify({ ...(JSON.parse(message) as object), id: Array.from({ length: 400 }, () => randomUUID()).join('') });
    expect(['['.repeat(100_000), long].map((text) => take({ topic, message: text }))).toEqual(['refused', 'refused']);
    expect(take({ topic: 'lookout/berlin/hall/status', message: '{}' })).toBe('ignored');
    expect([count('refused'), count('events')]).toEqual([8, 0]);
  });

  test('what is fed through a broker arrives once, whoever is killed in the midst of it', async () => {
    empty();
    const { url, client } = await publisher();
    const first = feed(url);
    await first.says('feeding');
    const all = Array.from({ length: 300 }, (_, i) => [eventTold('berlin', { id: `e${i}` }), alertTold('hamburg', { id: `a${i}` }), coverageTold('berlin', { id: `c${i}` })][i % 3] ?? eventTold('berlin'));
    const half = publish(client, [...all.slice(0, 150), ...all.slice(0, 50)]);
    await expect.poll(() => count('events'), { timeout: 20_000 }).toBeGreaterThan(3);
    await first.kill();
    await half;
    // nobody is there: the broker keeps it
    await publish(client, all.slice(150));
    const second = feed(url);
    await expect.poll(() => Number(db.sql('SELECT (SELECT count(*) FROM lookout.events) + (SELECT count(*) FROM lookout.alerts) + (SELECT count(*) FROM lookout.coverage)')), { timeout: 30_000 }).toBe(300);
    await second.kill();
    expect([count('events'), count('alerts'), count('coverage'), count('refused')]).toEqual([100, 100, 100, 0]);
  });

  test('two share the work, and what the database loses hold of comes again', async () => {
    empty();
    const { url, client } = await publisher();
    const [one, two] = [feed(url, 'one'), feed(url, 'two')];
    await Promise.all([one.says('feeding'), two.says('feeding')]);
    await publish(client, Array.from({ length: 100 }, (_, i) => eventTold('berlin', { id: `e${i}` })));
    await expect.poll(() => count('events'), { timeout: 20_000 }).toBe(100);
    db.sql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = \'client backend\' AND pid <> pg_backend_pid()');
    await publish(client, Array.from({ length: 100 }, (_, i) => eventTold('berlin', { id: `f${i}` })));
    await Promise.all([one.says('psql has ended'), two.says('psql has ended')]);
    feed(url, 'one');
    feed(url, 'two');
    await expect.poll(() => count('events'), { timeout: 20_000 }).toBe(200);
  });

  test('holds what a daemon of a site tells: a camera that is not there, and when it is switched off for good', async () => {
    empty();
    const { url } = await publisher();
    const feeder = feed(url);
    await feeder.says('feeding');
    const camera = (more: string): string => `cameras: [{ id: door, url: "rtsp://127.0.0.1:9/x"${more} }]\nnetwork: { allow: [127.0.0.1] }`;
    const text = (more: string): string => `site: berlin\nmqtt: { url: "${url}", history: true }\n${camera(more)}`;
    const folder = workFolder(text(''));
    const running = start(folder, ['run', '--shard', '1/1']);
    await running.says('watching');
    await expect.poll(() => db.sql('SELECT site, camera, reason, ends IS NULL FROM lookout.coverage'), { timeout: 20_000 }).toBe('berlin|door|offline|t');
    const file = join(folder, 'configs/lookout.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(camera(''), camera(', enabled: false')));
    await expect.poll(() => db.sql('SELECT reason, ends IS NULL FROM lookout.coverage ORDER BY starts'), { timeout: 20_000 }).toBe('offline|f\ndisabled|t');
    running.child.kill('SIGTERM');
    expect((await running.outcome).code).toBe(0);
  });

  test('answers what happened at a site, how much was watched, and how often rules alerted', () => {
    empty();
    const hour = 3_600_000;
    const day = Date.UTC(2026, 10, 22);
    const told = [
      eventTold('berlin'), eventTold('berlin', { id: 'e2', phase: 'retracted', text: 'never' }), eventTold('hamburg', { id: 'e3' }), alertTold('berlin'),
      alertTold('berlin', { id: 'a2', ruleId: 'fall', phase: 'retracted' }),
      // 6 h and 6 h, of which 3 h are the same; the second reaches into the next day by 2 h, where a third has not ended
      coverageTold('berlin', { id: 'c1', start: day + 17 * hour, end: day + 23 * hour }), coverageTold('berlin', { id: 'c2', start: day + 20 * hour, end: day + 26 * hour, reason: 'overloaded' }),
      coverageTold('berlin', { id: 'c3', camera: 'yard', start: day + 42 * hour }),
    ];
    expect(told.map(take)).toEqual(told.map(() => 'taken'));
    const happened = db.file(join(HISTORY, 'what-happened.sql'), { site: 'berlin', from: '2026-11-22 14:00+00', to: '2026-11-22 18:00+00' });
    expect(happened.split('\n').map((row) => row.split('|').slice(2).join('|'))).toEqual(['hall|alert|phone: a person in red picks up the phone', 'hall|event|a person in red picks up the phone', 'hall|not watched|offline: no answer']);
    const watched = db.file(join(HISTORY, 'coverage-per-day.sql'), { from: '2026-11-22 00:00+00', to: '2026-11-24 00:00+00' }).split('\n');
    expect(watched.slice(0, 2)).toEqual(['berlin|hall|2026-11-22|0.7083', 'berlin|hall|2026-11-23|0.9167']);
    expect(watched).toContain('hamburg|hall|2026-11-22|1.0000');
    const rules = db.file(join(HISTORY, 'alerts-per-rule.sql'), { from: '2026-11-22', to: '2026-11-23' });
    expect(rules.split('\n').map((row) => row.split('|').slice(0, 5).join('|'))).toEqual(['berlin|phone|1|0|1', 'berlin|fall|0|1|1']);
  });
});

import Database from 'better-sqlite3';
import { connectAsync } from 'mqtt';
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { coveragePayloadSchema } from '../../src/alerts/historyPayload.ts';
import { eventPayloadSchema } from '../../src/alerts/payload.ts';
import { programFor } from '../../src/health/program.ts';
import { mosquitto } from './mosquitto.ts';
import type { Saving } from './mosquitto.ts';
import { until } from './subscriber.ts';

interface Heard {
  readonly id: string;
  readonly revision: number;
  readonly end_ms: number | null;
}

/** A daemon's part in a process of its own, which writes without end. */
function born(path: string, url: string, run: string): ChildProcessWithoutNullStreams {
  const { file, flags } = programFor(new URL('./historyChild.ts', import.meta.url));
  const child = spawn(process.execPath, [...flags, file, path, url, run]);
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stderr.pipe(process.stderr);
  return child;
}

it.each<Saving>(['always', 'never'])('every event and every gap arrives though daemon and broker are killed, with sessions that are saved %s', { timeout: 90_000 }, async (saving) => {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-history-killed-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'lookout.db');
  const broker = await mosquitto('allow_anonymous true\nmax_queued_messages 0', {}, saving);
  onTestFinished(() => broker.remove());
  await broker.start();
  const heard: Heard[] = [];
  const available: string[] = [];
  // Subscribes anew where a broker that was killed has forgotten it.
  const ear = await connectAsync(broker.url, { clientId: 'ear', clean: false, protocolVersion: 5, properties: { sessionExpiryInterval: 3600 }, reconnectPeriod: 50 });
  onTestFinished(() => ear.endAsync(true));
  ear.on('error', () => undefined);
  ear.on('message', (topic, payload) => {
    if (topic.endsWith('/available')) available.push(`${topic} ${String(payload)}`);
    else if (!topic.endsWith('/alert')) heard.push((topic.endsWith('/event') ? eventPayloadSchema : coveragePayloadSchema).parse(JSON.parse(String(payload))) as Heard);
  });
  await ear.subscribeAsync(['lookout/+/event', 'lookout/+/coverage', 'lookout/+/alert', 'lookout/shard/+/available'], { qos: 1 });

  const more = async (): Promise<void> => {
    const before = heard.at(-1)?.revision ?? 0;
    await until('more is heard', () => (heard.at(-1)?.revision ?? 0) > before + 40);
  };
  let daemon = born(path, broker.url, 'a');
  await more();
  await broker.kill();
  daemon.kill('SIGKILL');
  await once(daemon, 'exit');
  daemon = born(path, broker.url, 'b');
  await broker.start();
  await more();
  // Killed while the broker has not acknowledged what it was sent.
  broker.freeze();
  await new Promise((resolve) => setTimeout(resolve, 300));
  daemon.kill('SIGKILL');
  await once(daemon, 'exit');
  broker.thaw();
  await until('its last will', () => available.at(-1) === 'lookout/shard/1/available offline');
  daemon = born(path, broker.url, 'c');
  await more();
  await broker.kill();
  await broker.start();
  await more();
  daemon.stdin.write('end\n');
  const [said] = (await once(daemon.stdout, 'data')) as [Buffer];
  expect(String(said)).toBe('empty\n');

  const db = new Database(path, { readonly: true });
  const rows = [
    ...db.prepare<[], { id: string; end_ms: number | null }>('SELECT id, end_at AS end_ms FROM events').all(),
    ...db.prepare<[], { id: string; end_ms: number | null }>('SELECT id, end_at AS end_ms FROM coverage').all(),
  ];
  const last = db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'history'").pluck().get() ?? 0;
  expect([db.pragma('integrity_check', { simple: true }), db.prepare('SELECT count(*) FROM history').pluck().get()]).toEqual(['ok', 0]);
  db.close();
  await until('the last one', () => heard.some(({ revision }) => revision === last));
  const first = Math.min(...heard.map(({ revision }) => revision));
  const revisions = new Set(heard.map(({ revision }) => revision));
  expect(Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((one) => !revisions.has(one))).toEqual([]);
  // Of each id the greatest revision is what the log holds.
  const newest = new Map<string, Heard>();
  for (const one of heard) if (one.revision >= (newest.get(one.id)?.revision ?? 0)) newest.set(one.id, one);
  expect(rows.length).toBeGreaterThan(60);
  expect(rows.filter(({ id, end_ms: end }) => newest.get(id)?.end_ms !== end)).toEqual([]);
  expect(newest.size).toBe(rows.length);
});

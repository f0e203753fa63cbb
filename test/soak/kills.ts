import Database from 'better-sqlite3';
import { connectAsync } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { mosquitto } from '../alerts/mosquitto.ts';
import type { Mosquitto, Saving } from '../alerts/mosquitto.ts';

export interface KillsOptions {
  readonly brokerKills: number;
  readonly daemonKills: number;
  readonly saving: Saving;
  /** alerts a second, three messages each */
  readonly rate?: number;
  /** longest life of either between two kills, ms */
  readonly life?: number;
}

export interface KillsReport {
  readonly committed: number;
  /** phases that were committed, and never came */
  readonly missing: readonly string[];
  /** phases that were said to be committed, and are not in the log */
  readonly forgotten: readonly string[];
  /** messages beyond the first of each phase */
  readonly repeated: number;
  /** what `PRAGMA integrity_check` said other than ok */
  readonly damage: readonly string[];
  /** phases of an alert that came in another order than they were committed in, first arrivals */
  readonly disordered: number;
  /** from the start of a killed daemon, or of a killed broker, until alerts are taken again, ms */
  readonly ready: readonly number[];
}

interface Daemon {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ready: Promise<number>;
  end(): Promise<void>;
  readonly said: string[];
}

/**
 * Kills a daemon and a broker (SIGKILL) at random moments while alerts are committed all the time, and hears what arrives: a
 * subscriber with a durable session, which subscribes anew where the broker has forgotten it. At the end the daemon is left to
 * deliver what waits; the truth is what stands in the log.
 */
export async function survive(opts: KillsOptions): Promise<KillsReport> {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-kills-'));
  const path = join(folder, 'lookout.db');
  const broker = await mosquitto('allow_anonymous true\nmax_queued_messages 0', {}, opts.saving);
  await broker.start();
  const heard = await ear(broker.url);
  const run: Run = { opts, path, broker, heard, said: new Set(), damage: [], ready: [], lives: 0 };
  let daemon = await born(run);
  try {
    // One after another and in random order, so that a broker's death also falls into a daemon's first moments.
    const deaths = shuffled([...Array.from({ length: opts.brokerKills }, () => 'broker' as const), ...Array.from({ length: opts.daemonKills }, () => 'daemon' as const)]);
    for (const victim of deaths) {
      await sleep(Math.random() * (opts.life ?? 600));
      daemon = victim === 'daemon' ? await killDaemon(run, daemon) : await killBroker(run, daemon);
    }
    await sleep(500);
    await daemon.end();
    return await report(run);
  } finally {
    daemon.process.kill('SIGKILL');
    await heard.client.endAsync(true);
    await broker.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Run {
  readonly opts: KillsOptions;
  readonly path: string;
  readonly broker: Mosquitto;
  readonly heard: { readonly client: MqttClient; readonly arrived: string[] };
  readonly said: Set<string>;
  readonly damage: string[];
  readonly ready: number[];
  lives: number;
}

async function killDaemon(run: Run, daemon: Daemon): Promise<Daemon> {
  daemon.process.kill('SIGKILL');
  await once(daemon.process, 'close');
  checkIntegrity(run);
  return born(run);
}

/** Now and then the daemon dies while the broker is away. */
async function killBroker(run: Run, daemon: Daemon): Promise<Daemon> {
  await run.broker.kill();
  await sleep(Math.random() * 300);
  if (Math.random() < 0.2) {
    daemon.process.kill('SIGKILL');
    await once(daemon.process, 'close');
    checkIntegrity(run);
    await run.broker.start();
    return born(run);
  }
  const before = daemon.said.filter((line) => line === 'ready').length;
  const start = performance.now();
  await run.broker.start();
  while (daemon.said.filter((line) => line === 'ready').length === before && performance.now() - start < 30_000) await sleep(5);
  run.ready.push(performance.now() - start);
  return daemon;
}

async function born(run: Run): Promise<Daemon> {
  const args = ['--import', 'tsx', join(import.meta.dirname, 'alertsChild.ts'), run.path, run.broker.url, String(run.opts.rate ?? 20), `r${run.lives++}`];
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const said: string[] = [];
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  child.stdin.on('error', () => undefined);
  const ready = new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'ready') resolve(performance.now() - start);
      // A line that the kill cut short has no phase at its end.
      if (/^c \S+ (new|update|end)$/.test(line)) run.said.add(line.slice(2));
      else said.push(line);
    });
    child.once('close', (code) => reject(new Error(`the daemon ended by itself (${code}): ${errors.join('')}`)));
  });
  run.ready.push(await ready);
  const end = async (): Promise<void> => {
    const closed = once(child, 'close');
    child.stdin.write('end\n');
    await closed;
    if (said.at(-1) !== 'empty') throw new Error(`the outbox was not emptied: ${said.join(' ')} ${errors.join('')}`);
  };
  return { process: child, ready, end, said };
}

function checkIntegrity(run: Run): void {
  const db = new Database(run.path, { readonly: true });
  const verdict = String(db.pragma('integrity_check', { simple: true }));
  db.close();
  if (verdict !== 'ok') run.damage.push(verdict);
}

/** Somebody who subscribes again where a broker that was killed knows him no more. */
async function ear(url: string): Promise<Run['heard']> {
  const client = await connectAsync(url, { clientId: 'ear', clean: false, protocolVersion: 5, properties: { sessionExpiryInterval: 3600 }, reconnectPeriod: 50 });
  const arrived: string[] = [];
  client.on('error', () => undefined);
  client.on('message', (_, payload) => {
    const { id, phase } = JSON.parse(payload.toString('utf8')) as { id: string; phase: string };
    arrived.push(`${id} ${phase}`);
  });
  await client.subscribeAsync('lookout/+/alert', { qos: 1 });
  return { client, arrived };
}

async function report(run: Run): Promise<KillsReport> {
  checkIntegrity(run);
  const db = new Database(run.path, { readonly: true });
  const rows = db.prepare<[], { id: string; phase: string }>('SELECT id, phase FROM alerts').all().map(({ id, phase }) => `${id} ${phase}`);
  db.close();
  const first = new Set<string>();
  const { arrived } = run.heard;
  for (let waited = 0; waited < 100; waited++) {
    for (const one of arrived) first.add(one);
    if (rows.every((one) => first.has(one))) break;
    await sleep(50);
  }
  const committed = new Set(rows);
  return {
    committed: rows.length,
    missing: rows.filter((one) => !first.has(one)),
    forgotten: [...run.said].filter((one) => !committed.has(one)),
    repeated: arrived.length - first.size,
    damage: run.damage,
    disordered: disordered([...first]),
    ready: run.ready,
  };
}

const ORDER = ['new', 'update', 'end'];

function disordered(arrivals: readonly string[]): number {
  const last = new Map<string, number>();
  let count = 0;
  for (const one of arrivals) {
    const [id = '', phase = ''] = one.split(' ');
    const at = ORDER.indexOf(phase);
    if (at < (last.get(id) ?? 0)) count += 1;
    last.set(id, at);
  }
  return count;
}

function shuffled<T>(values: readonly T[]): T[] {
  return values.map((value) => ({ value, at: Math.random() })).sort((a, b) => a.at - b.at).map(({ value }) => value);
}

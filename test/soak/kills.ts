import Database from 'better-sqlite3';
import { connectAsync } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { programFor } from '../../src/health/program.ts';
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
  /** what went wrong besides */
  readonly faults: readonly string[];
  /** phases of an alert that came in another order than they were committed in, first arrivals */
  readonly disordered: number;
  /** from the start of a killed daemon until an alert that it makes is there, and from that of a killed broker until any is, ms */
  readonly ready: readonly number[];
}

interface Daemon {
  readonly process: ChildProcessWithoutNullStreams;
  readonly said: string[];
  killed: boolean;
}

/**
 * Kills a daemon and a broker (SIGKILL) at random moments, starting up included, while alerts are committed all the time, and hears
 * what arrives: a subscriber with a durable session, which subscribes anew where the broker has forgotten it. At the end the
 * daemon is left to deliver what waits; the truth is what stands in the log.
 */
export async function survive(opts: KillsOptions): Promise<KillsReport> {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-kills-'));
  const broker = await mosquitto('allow_anonymous true\nmax_queued_messages 0', {}, opts.saving);
  await broker.start();
  const run: Run = { opts, path: join(folder, 'lookout.db'), broker, said: new Set(), damage: [], faults: [], ready: [], arrived: [], awaited: new Map(), lives: 0 };
  const client = await ear(run);
  let daemon = born(run);
  try {
    const deaths = shuffled([...Array.from({ length: opts.brokerKills }, () => 'broker' as const), ...Array.from({ length: opts.daemonKills }, () => 'daemon' as const)]);
    for (const victim of deaths) {
      await sleep(Math.random() * (opts.life ?? 2000));
      if (victim === 'broker') await run.broker.kill();
      // Now and then both are dead at once.
      if (victim === 'daemon' || Math.random() < 0.2) daemon = await bornAgain(run, daemon);
      if (victim === 'broker') await backAgain(run);
    }
    await livesOn(run);
    await end(run, daemon);
    return await report(run);
  } finally {
    daemon.killed = true;
    daemon.process.kill('SIGKILL');
    await client.endAsync(true);
    await broker.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Run {
  readonly opts: KillsOptions;
  readonly path: string;
  readonly broker: Mosquitto;
  readonly said: Set<string>;
  readonly damage: string[];
  readonly faults: string[];
  readonly ready: number[];
  readonly arrived: string[];
  /** what an id begins with, or nothing in particular, and since when it has been waited for */
  readonly awaited: Map<string, number>;
  lives: number;
}

async function bornAgain(run: Run, daemon: Daemon): Promise<Daemon> {
  daemon.killed = true;
  daemon.process.kill('SIGKILL');
  await once(daemon.process, 'close');
  checkIntegrity(run);
  return born(run);
}

async function backAgain(run: Run): Promise<void> {
  await sleep(Math.random() * 300);
  run.awaited.set('', performance.now());
  await run.broker.start();
}

function born(run: Run): Daemon {
  const name = `r${run.lives++}-`;
  const { file, flags } = programFor(new URL('./alertsChild.ts', import.meta.url));
  const args = [...flags, file, run.path, run.broker.url, String(run.opts.rate ?? 20), name];
  // Who was killed before is not waited for any more.
  run.awaited.clear();
  run.awaited.set(name, performance.now());
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const daemon: Daemon = { process: child, said: [], killed: false };
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    // A line that the kill cut short has no phase at its end.
    if (/^c \S+ (new|update|end)$/.test(line)) run.said.add(line.slice(2));
    else daemon.said.push(line);
  });
  child.once('close', (code) => {
    if (!daemon.killed) run.faults.push(`a daemon ended by itself (${code}): ${errors.join('')}`);
  });
  return daemon;
}

/** Who was born last has come to make alerts: on a machine that has much else to do that takes a while. */
async function livesOn(run: Run): Promise<void> {
  const name = `r${run.lives - 1}-`;
  for (let waited = 0; waited < 300 && ![...run.said].some((one) => one.startsWith(name)); waited++) await sleep(100);
  await sleep(500);
}

/** Told to end, it delivers what waits. */
async function end(run: Run, daemon: Daemon): Promise<void> {
  daemon.killed = true;
  const closed = once(daemon.process, 'close');
  daemon.process.stdin.write('end\n');
  await closed;
  if (daemon.said.at(-1) !== 'empty') run.faults.push(`the outbox was not emptied: ${daemon.said.join(' ')}`);
}

function checkIntegrity(run: Run): void {
  // Killed before it had come that far.
  if (!existsSync(run.path)) return;
  const db = new Database(run.path, { readonly: true });
  const verdict = String(db.pragma('integrity_check', { simple: true }));
  db.close();
  if (verdict !== 'ok') run.damage.push(verdict);
}

/** Somebody who subscribes again where a broker that was killed knows him no more. */
async function ear(run: Run): Promise<MqttClient> {
  const client = await connectAsync(run.broker.url, { clientId: 'ear', clean: false, protocolVersion: 5, properties: { sessionExpiryInterval: 3600 }, reconnectPeriod: 50 });
  client.on('error', () => undefined);
  client.on('message', (_, payload) => {
    const { id, phase } = JSON.parse(payload.toString('utf8')) as { id: string; phase: string };
    run.arrived.push(`${id} ${phase}`);
    for (const [name, since] of run.awaited) {
      if (!id.startsWith(name)) continue;
      run.ready.push(performance.now() - since);
      run.awaited.delete(name);
    }
  });
  await client.subscribeAsync('lookout/+/alert', { qos: 1 });
  return client;
}

async function report(run: Run): Promise<KillsReport> {
  checkIntegrity(run);
  const db = new Database(run.path, { readonly: true });
  const rows = db.prepare<[], { id: string; phase: string }>('SELECT id, phase FROM alerts').all().map(({ id, phase }) => `${id} ${phase}`);
  db.close();
  const first = new Set<string>();
  const { arrived } = run;
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
    faults: run.faults,
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

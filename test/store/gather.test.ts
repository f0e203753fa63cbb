import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { programFor } from '../../src/health/program.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { alert, decision, event, look, NOON } from './values.ts';

const silent = createLogger({ level: 'silent' });
let folder: string;
let path: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lookout-gather-'));
  path = join(folder, 'lookout.db');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const open = (readOnly = false, log = silent): Store => openStore({ path, retentionDays: 7, readOnly }, log);

function listener(): { log: ReturnType<typeof createLogger>; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  return { log: pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) }), lines };
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !holds(); i++) await sleep(20);
  expect(holds()).toBe(true);
}

/** A writer in a process of its own (writerChild.ts). `prefix` is a command that runs it. */
function writer(what: string, prefix: readonly string[] = []): { child: ChildProcess; said: () => string[]; exit: Promise<unknown> } {
  const { file, flags } = programFor(new URL('./writerChild.ts', import.meta.url));
  const [command = '', ...args] = [...prefix, process.execPath, ...flags, file, path, what];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], cwd: join(import.meta.dirname, '../..') });
  children.push(child);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { child, said: () => said.split('\n').slice(0, -1), exit: once(child, 'close') };
}

describe('rows are gathered', () => {
  it('and seen by every question, of whatever kind', () => {
    const store = open();
    store.putEvent(event());
    store.putDecision(decision());
    store.putLook(look());
    store.saveRuleState('phone', 'hall', '{}');
    expect(store.event('e1')).toEqual(event());
    expect(store.decisions({ rule: 'phone', camera: 'hall', event: 'e1', outcome: 'below_threshold', since: NOON, until: NOON })).toEqual([decision()]);
    expect(store.looks({ camera: 'hall', since: NOON + 2000, until: NOON + 3000 })).toEqual([look()]);
    expect(store.loadRuleState('phone', 'hall')).toBe('{}');
    store.close();
  });

  it('and on the disk a moment later, without any question', async () => {
    const store = open();
    for (let i = 0; i < 700; i++) store.putEvent(event({ id: `e${i}` }));
    const reader = open(true);
    // 512 make a transaction of their own.
    expect(reader.stats().events).toBe(512);
    await until(() => reader.stats().events === 700);
    reader.close();
    store.close();
  });

  it('and committed with the next alert, and by close', () => {
    const store = open();
    store.saveRuleState('phone', 'hall', 'cooling down');
    store.putEvent(event());
    store.putAlert(alert());
    const reader = open(true);
    expect([reader.event('e1')?.id, reader.loadRuleState('phone', 'hall'), reader.pendingAlerts(9).length]).toEqual(['e1', 'cooling down', 1]);
    store.putEvent(event({ id: 'last' }));
    store.close();
    expect(reader.event('last')?.id).toBe('last');
    reader.close();
  });

  it('and what cannot be kept is told to who puts it, not to others', () => {
    const store = open();
    expect(() => store.putLook(look({ frames: Number.NaN }))).toThrow('STORE_WRITE: a look cannot be kept: frames is NaN.');
    expect(() => store.putDecision(decision({ score: Infinity }))).toThrow(/^STORE_WRITE: a decision/);
    expect(() => store.putAlert(alert({ score: Number.NaN }))).toThrow(/^STORE_WRITE: an alert/);
    store.putDecision(decision({ score: null }));
    expect(store.decisions({})).toHaveLength(1);
    store.close();
  });

  it('and one that the schema refuses does not hold up the others', () => {
    const { log, lines } = listener();
    const store = open(false, log);
    store.putEvent(event({ id: 'before' }));
    store.putEvent({ ...event({ id: 'wrong' }), camera: undefined } as never);
    store.putEvent({ ...event({ id: 'worse' }), text: 5 } as never);
    store.putEvent({ ...event({ id: 'worst' }), model: {} } as never);
    store.putEvent(event({ id: 'after' }));
    expect(store.events({}).map((e) => e.id).sort()).toEqual(['after', 'before']);
    expect(lines.map((line) => line.msg)).toEqual(Array.from({ length: 3 }, () => 'an entry cannot be kept in the log'));
    store.close();
  });
});

it('rows that cannot be written wait, are told once, and are written when the file can be', async () => {
  const { log, lines } = listener();
  const store = open(false, log);
  const other = new Database(path);
  other.exec('BEGIN IMMEDIATE');
  store.putEvent(event());
  expect(() => store.flush()).toThrow(/^STORE_WRITE: .*locked/);
  expect(store.events({})).toEqual([]);
  for (let i = 0; i < 600; i++) store.putEvent(event({ id: `e${i}` }));
  expect(store.events({})).toEqual([]);
  expect(lines.map((line) => line.msg)).toEqual(['entries of the log could not be written; they wait and are tried again']);
  other.exec('ROLLBACK');
  other.close();
  await until(() => store.events({}).length === 600);
  expect(lines).toHaveLength(1);
  store.close();
}, 20_000);

it('a kill in the midst of writing loses the last moment at most, and nothing that was told to be written', async () => {
  for (let round = 0; round < 4; round++) {
    const { child, said, exit } = writer('endless');
    await until(() => said().length > 20 + round * 7);
    child.kill('SIGKILL');
    await exit;
    const last = Number(said().at(-1)?.split(' ')[1]);
    const db = new Database(path);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    db.close();
    const store = open();
    // Whole from the first on, with everything before the last alert: written in the order in which they came.
    const events = store.events({ order: 'asc', limit: 100_000 });
    expect(events.map((e) => e.sightings)).toEqual(events.map((_, i) => i + 1));
    expect(events.length).toBeGreaterThanOrEqual(last);
    expect(store.decisions({ limit: 100_000 })).toHaveLength(events.length);
    expect(store.events({ text: `person ${events.length}` }).length).toBeGreaterThan(0);
    expect(store.alert(`a${last}`)).toHaveLength(1);
    store.close();
  }
}, 60_000);

it('a full disk: entries and alerts are refused as such, what is there can be read, and all goes on when there is room', async () => {
  const { child, said, exit } = writer('full', ['prlimit', '--fsize=3000000:unlimited']);
  await until(() => said().includes('room?'));
  const [refused = '', alerts, there = ''] = said();
  expect(refused).toMatch(/^event \d+ STORE_WRITE$/);
  expect(alerts).toBe('alert STORE_WRITE');
  const count = Number(refused.split(' ')[1]);
  // what was refused waits: it may have found room meanwhile, where a checkpoint made some
  expect([`there ${count}`, `there ${count + 1}`]).toContain(there);
  execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:unlimited']);
  child.kill('SIGUSR2');
  await exit;
  expect(said().at(-1)).toBe(`now ${count + 1}`);
  const db = new Database(path);
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.close();
  const store = open();
  expect(store.alert('last')).toHaveLength(1);
  store.close();
}, 60_000);

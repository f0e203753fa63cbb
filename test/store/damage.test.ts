import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { SCHEMA_VERSION } from '../../src/store/migrations.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { alert, event, NOON } from './values.ts';

const log = createLogger({ level: 'silent' });
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lookout-damage-'));
  path = join(folder, 'lookout.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (readOnly = false): Store => openStore({ path, retentionDays: 7, readOnly }, log);

function filled(): void {
  const store = open();
  for (let i = 0; i < 2000; i++) store.putEvent(event({ id: `e${i}`, start: NOON + i, end: NOON + i }));
  store.close();
}

/** Lines that are logged, as objects. */
function listener(): { log: ReturnType<typeof createLogger>; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { log: pino({ level: 'info' }, stream), lines };
}

describe('a damaged file', () => {
  const rubbish = (): void => {
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 8192, bytes.length - 4096);
    writeFileSync(path, bytes);
  };

  it.each([
    ['pages of rubbish', rubbish],
    ['a file cut short', () => truncateSync(path, Math.floor(statSync(path).size / 2 / 4096) * 4096)],
  ])('is set aside, whole, and watching goes on with a new one: %s', (_what, damage) => {
    filled();
    damage();
    const before = readFileSync(path);
    const { log: heard, lines } = listener();
    const store = openStore({ path, retentionDays: 7 }, heard);
    const aside = readdirSync(folder).find((name) => name.startsWith('lookout.db.damaged-')) ?? '';
    expect(readFileSync(join(folder, aside)).equals(before)).toBe(true);
    const told = lines.filter((line) => line.code === 'STORE_CORRUPT');
    expect(told).toMatchObject([{ msg: expect.stringMatching(/^STORE_CORRUPT: .* The event log is set aside as .*damaged-/) as string, file: join(folder, aside) }]);
    store.putEvent(event({ id: 'next' }));
    store.putAlert(alert({ id: 'next' }));
    expect(store.events({}).map((e) => e.id)).toContain('next');
    store.close();
    expect(new Database(path).pragma('integrity_check', { simple: true })).toBe('ok');
  });

  it('gives its alerts that wait, and what people said of others, to the new one as far as they can be read', () => {
    const store = open();
    for (const id of ['waits', 'judged', 'sent']) store.putAlert(alert({ id }));
    for (const id of ['judged', 'sent']) store.markPublished(id, 'new', NOON + 3200);
    store.putFeedback({ alertId: 'judged', right: true, note: 'a good one', at: NOON });
    store.saveRuleState('phone', 'hall', '{"cooldown":1}');
    store.markAlive(NOON);
    store.close();
    // A fault that the check finds and that leaves the rows alone: an index that lacks its entries.
    const db = new Database(path);
    db.unsafeMode();
    db.pragma('writable_schema = ON');
    db.exec("UPDATE sqlite_schema SET sql = replace(sql, '(happened_at)', '(detected_at)') WHERE name = 'alerts_time'");
    db.exec("UPDATE sqlite_schema SET rootpage = 1 WHERE name = 'looks_time'");
    db.close();
    const { log: heard, lines } = listener();
    const next = openStore({ path, retentionDays: 7 }, heard);
    expect(lines.map((line) => line.code).filter(Boolean)).toEqual(['STORE_CORRUPT']);
    expect(next.pendingAlerts(10).map((a) => a.id)).toEqual(['waits']);
    expect(next.feedback({})).toMatchObject([{ alertId: 'judged', note: 'a good one', alert: { delivered: true } }]);
    expect(next.loadRuleState('phone', 'hall')).toBe('{"cooldown":1}');
    expect(next.aliveAt()).toBe(NOON);
    next.close();
  });

  it('that is no database at all is left where it is: store.path may be mistyped', () => {
    writeFileSync(path, 'this is no database, but it is long enough for a header\n'.repeat(50));
    const before = readFileSync(path);
    expect(open).toThrow(new RegExp(`^STORE_CORRUPT: ${path}.*has to be moved away\\.$`));
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.includes('damaged'))).toEqual([]);
  });

  it('is told to readers and not touched by them', () => {
    filled();
    rubbish();
    const before = readFileSync(path);
    expect(() => open(true)).toThrow(/^STORE_CORRUPT: /);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('of another program is refused', () => {
    const db = new Database(path);
    db.exec('CREATE TABLE photos (id)');
    db.close();
    expect(open).toThrow(/^STORE_OPEN: .*is a database of another program/);
  });
});

describe('a store that cannot be opened', () => {
  it('in a folder that cannot be made', () => {
    writeFileSync(join(folder, 'file'), '');
    path = join(folder, 'file', 'lookout.db');
    expect(open).toThrow(/^STORE_OPEN: cannot open .*file\/lookout\.db: unable to open/);
    path = join(folder, 'no', 'such', 'lookout.db');
    expect(open).toThrow(/^STORE_OPEN: cannot open .*no\/such\/lookout\.db: ENOENT/);
  });

  it('because a folder has its name', () => {
    mkdirSync(path);
    expect(open).toThrow(/^STORE_OPEN: cannot open /);
  });

  it('where the kernel lets nobody write', () => {
    path = '/proc/lookout/lookout.db';
    expect(open).toThrow(/^STORE_OPEN: cannot open \/proc\/lookout\/lookout\.db: /);
  });

  it('for reading, because no daemon has run yet', () => {
    expect(() => open(true)).toThrow(`STORE_OPEN: there is no event log at ${path} yet.`);
    new Database(path).close();
    writeFileSync(path, '');
    expect(() => open(true)).toThrow(/^STORE_OPEN: .* is empty/);
  });

  it.each([false, true])('because a newer Lookout wrote it (read-only: %s)', (readOnly) => {
    filled();
    const db = new Database(path);
    db.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    db.close();
    expect(() => open(readOnly)).toThrow(/^STORE_OPEN: .* was written by a newer Lookout/);
  });
});

it('belongs to one writer at a time, and to the next when that one is gone', () => {
  const first = open();
  expect(open).toThrow(`STORE_LOCKED: ${path} is in use. Another Lookout writes to this event log`);
  open(true).close();
  first.putEvent(event());
  first.close();
  const second = open();
  expect(second.events({})).toHaveLength(1);
  second.close();
});

it('says that it is locked instead of waiting for ever, and loses nothing already there', { timeout: 15_000 }, () => {
  const store = open();
  store.putEvent(event());
  const other = new Database(path);
  other.exec('BEGIN IMMEDIATE');
  expect(() => store.putAlert(alert())).toThrow(/^STORE_WRITE: .*locked/);
  other.exec('ROLLBACK');
  other.close();
  store.putAlert(alert());
  expect(store.pendingAlerts(10)).toHaveLength(1);
  expect(store.events({})).toHaveLength(1);
  store.close();
});

it('has every alert that was put before a kill, once, with its outbox row', { timeout: 30_000 }, async () => {
  const script = `
    import { createLogger } from ${JSON.stringify(join(import.meta.dirname, '../../src/health/log.ts'))};
    import { openStore } from ${JSON.stringify(join(import.meta.dirname, '../../src/store/store.ts'))};
    import { alert, event } from ${JSON.stringify(join(import.meta.dirname, 'values.ts'))};
    const store = openStore({ path: ${JSON.stringify(path)}, retentionDays: 7 }, createLogger({ level: 'silent' }));
    for (let i = 0; ; i++) {
      store.putEvent(event({ id: 'e' + i }));
      store.putAlert(alert({ id: 'a' + i, eventId: 'e' + i }));
      process.stdout.write(i + '\\n');
      await new Promise((done) => setImmediate(done));
    }`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.split('\n').length > 25) child.kill('SIGKILL');
  });
  await once(child, 'close');
  const last = Number(said.trim().split('\n').at(-1));
  const store = open();
  const waiting = store.pendingAlerts(10_000).map((a) => a.id);
  expect(new Set(waiting).size).toBe(waiting.length);
  // The kill may fall between a commit and its being told, so one more than told may be there, and never one fewer.
  expect([last + 1, last + 2]).toContain(waiting.length);
  expect(store.alerts({ limit: 10_000 })).toHaveLength(waiting.length);
  expect(store.events({ limit: 10_000 }).length).toBeGreaterThanOrEqual(waiting.length);
  store.close();
});

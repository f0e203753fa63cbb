import Database from 'better-sqlite3';
import { closeSync, existsSync, openSync, readSync, renameSync } from 'node:fs';
import type { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';

const MAGIC = 'SQLite format 3\0';

/** Whether the damaged file is a log of ours: a database at least, and not what a mistyped store.path points to. */
export function isDatabase(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(MAGIC.length);
    readSync(file, head, 0, head.length, 0);
    return head.toString('latin1') === MAGIC;
  } finally {
    closeSync(file);
  }
}

/** Gives a damaged file another name, with what belongs to it; nothing is deleted. Returns the name. */
export function setAside(path: string, problem: LookoutError, log: Logger): string {
  const stamp = new Date().toISOString().replace(/[:.]/g, '-');
  const name = `${path}.damaged-${stamp}`;
  for (const end of ['', '-wal', '-shm']) if (existsSync(path + end)) renameSync(path + end, name + end);
  log.error({ code: problem.code, file: name }, `${problem.code}: ${problem.detail} The event log is set aside as ${name}, and a new one is begun.`);
  return name;
}

/** What people and rules would miss at once, of which the rest of a damaged file may still hold something. */
const SALVAGED: readonly (readonly [table: string, rows: string])[] = [
  ['alerts', 'SELECT * FROM alerts WHERE seq IN (SELECT seq FROM outbox) OR id IN (SELECT alert_id FROM feedback)'],
  ['alerts', 'SELECT * FROM alerts'],
  ['outbox', 'SELECT * FROM outbox'], ['rule_state', 'SELECT * FROM rule_state'], ['feedback', 'SELECT * FROM feedback'],
  ['meta', "SELECT * FROM meta WHERE key IN ('alive_at', 'history_dropped', 'history_dropped_until')"], ['coverage', 'SELECT * FROM coverage'],
  ['history', 'SELECT * FROM history'],
];

/** Takes over from a damaged file what can still be read: alerts, those that wait for the broker first, and the small tables. */
export function salvage(db: Database.Database, damaged: string, log: Logger): void {
  const taken: Record<string, number> = {};
  let old: Database.Database | undefined;
  try {
    old = new Database(damaged, { readonly: true });
    for (const [table, rows] of SALVAGED) taken[table] = (taken[table] ?? 0) + takeOver(db, old, table, rows);
  } catch (error) {
    log.warn({ err: error }, 'nothing more can be read of the damaged log');
  }
  old?.close();
  log.info({ rows: taken }, 'taken over from the damaged log');
}

function takeOver(db: Database.Database, old: Database.Database, table: string, select: string): number {
  let taken = 0;
  try {
    const rows = old.prepare<[], Record<string, unknown>>(select);
    const columns = rows.columns().map((column) => column.name);
    const insert = db.prepare<unknown[]>(`INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`);
    for (const row of rows.iterate()) taken += insertOne(insert, columns.map((column) => row[column]));
  } catch (error) {
    // The rest of this table is unreadable, or of another version; the other tables may be sound.
    if (!(error instanceof Database.SqliteError)) throw error;
  }
  return taken;
}

function insertOne(insert: Database.Statement<unknown[]>, values: unknown[]): number {
  try {
    return insert.run(...values).changes;
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
    return 0;
  }
}

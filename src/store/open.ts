import Database from 'better-sqlite3';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import { checkAtStart } from './check.ts';
import { SCHEMA_VERSION, migrate, refuseNewer, schemaVersion } from './migrations.ts';

/** `annotate`: writes as well, beside the daemon, but makes and mends nothing. */
export type Mode = 'write' | 'annotate' | 'read';

/** How long one waits for another that writes, ms. */
const BUSY_MS = 2000;

/**
 * Opens the file, checks it and lifts it to the present schema. A read-only connection creates and changes nothing; it serves
 * the command line beside a running daemon.
 * @throws LookoutError STORE_OPEN, STORE_CORRUPT
 */
export function openDatabase(path: string, mode: Mode): Database.Database {
  let db: Database.Database | undefined;
  const guest = mode !== 'write';
  try {
    db = new Database(path, { readonly: mode === 'read', fileMustExist: guest, timeout: BUSY_MS });
    if (guest) refuseUnwritten(db);
    else prepareForWriting(db);
    return db;
  } catch (error) {
    db?.close();
    throw openError(error, path, guest);
  }
}

/** One level only: a path that is wrong, or on a disk that is not mounted, is told and not built. */
function makeFolder(folder: string): void {
  if (!existsSync(folder)) mkdirSync(folder);
}

/**
 * One daemon per file: two would send every alert twice. The lock is SQLite's own on an empty file beside it, so that the
 * system lets go of it however the process ends. Returns how to let go.
 * @throws LookoutError STORE_LOCKED, STORE_OPEN
 */
export function holdFile(path: string): () => void {
  if (path === ':memory:') return () => undefined;
  let lock: Database.Database | undefined;
  try {
    makeFolder(dirname(path));
    lock = new Database(`${path}-lock`, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    const held = lock;
    return () => void held.close();
  } catch (error) {
    lock?.close();
    const taken = error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY';
    if (taken) throw new LookoutError('STORE_LOCKED', `${path} is in use.`, { cause: error });
    throw openError(error, path, false);
  }
}

function prepareForWriting(db: Database.Database): void {
  // Only a new file takes this up; it lets prune() give pages back without a VACUUM that would stop the daemon.
  db.pragma('auto_vacuum = INCREMENTAL');
  db.pragma('journal_mode = WAL');
  // A killed process loses nothing either way. For a power cut see durably().
  db.pragma('synchronous = NORMAL');
  // Pages that are written again and again (indexes) reach the file less often; 16 MB of write-ahead log.
  db.pragma('wal_autocheckpoint = 4000');
  db.pragma(`journal_size_limit = ${64 * 2 ** 20}`);
  db.pragma('foreign_keys = ON');
  refuseStrange(db);
  if (schemaVersion(db) > 0) checkAtStart(db);
  migrate(db);
}

/** @throws LookoutError STORE_OPEN for a database that another program made */
function refuseStrange(db: Database.Database): void {
  const tables = Number(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get());
  if (schemaVersion(db) === 0 && tables > 0) throw new LookoutError('STORE_OPEN', `${db.name} is a database of another program.`);
}

/** Notes that a daemon has the file, until endRun; returns whether the last one did not end in order. */
export function beginRun(db: Database.Database): boolean {
  const unclean = db.prepare("SELECT 1 FROM meta WHERE key = 'running'").pluck().get() !== undefined;
  db.prepare("INSERT OR REPLACE INTO meta VALUES ('running', 1)").run();
  return unclean;
}

/** Closes the file; where that could not be noted (the disk is full, say), the next start checks more than it has to. */
export function endRun(db: Database.Database, log: Logger): void {
  try {
    db.prepare("DELETE FROM meta WHERE key = 'running'").run();
  } catch (error) {
    log.warn({ err: error }, 'the end of the run could not be noted in the log');
  } finally {
    db.close();
  }
}

function refuseUnwritten(db: Database.Database): void {
  refuseNewer(db);
  if (schemaVersion(db) === 0) throw new LookoutError('STORE_OPEN', `${db.name} is empty: no daemon has written to it yet.`);
  if (schemaVersion(db) < SCHEMA_VERSION) throw new LookoutError('STORE_OPEN', `${db.name} was written by an older Lookout; it is taken over when the daemon is started.`);
}

/**
 * Runs a transaction so that it outlives a power cut: its commit, and with it all earlier ones, is forced to the disk. Events
 * do without (their commits stay cheap, and the file stays sound), alerts are promised and do not.
 */
export function durably<T>(db: Database.Database, run: () => T): T {
  db.pragma('synchronous = FULL');
  try {
    return db.transaction(run).immediate();
  } finally {
    db.pragma('synchronous = NORMAL');
  }
}

function openError(error: unknown, path: string, readOnly: boolean): LookoutError {
  if (error instanceof LookoutError) return error;
  if (isCorruption(error)) return new LookoutError('STORE_CORRUPT', `${path}: ${reason(error)}.`, { cause: error });
  const missing = readOnly && !statSync(path, { throwIfNoEntry: false });
  const detail = missing ? `there is no event log at ${path} yet.` : `cannot open ${path}: ${reason(error)}.`;
  return new LookoutError('STORE_OPEN', detail, { cause: error });
}

/** Runs one operation on an open store. @throws LookoutError STORE_WRITE (disk full, locked …) or STORE_CORRUPT */
export function guarded<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    if (error instanceof LookoutError) throw error;
    const code = isCorruption(error) ? 'STORE_CORRUPT' : 'STORE_WRITE';
    throw new LookoutError(code, `${path}: ${reason(error)}.`, { cause: error });
  }
}

function isCorruption(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\.$/, '');
}

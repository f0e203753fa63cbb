import type { Database } from 'better-sqlite3';
import type { Coverage, CoverageReason } from '../record.ts';
import type { Alert, Event, EventPhase } from '../values.ts';
import type { Logger } from '../health/log.ts';
import { alertLog } from './alerts.ts';
import type { AlertQuery, PendingAlert, StoredAlert } from './alerts.ts';
import { coverageLog } from './coverage.ts';
import type { CoverageQuery } from './coverage.ts';
import { eventLog } from './events.ts';
import type { EventQuery } from './events.ts';
import { guarded, holdFile, openDatabase } from './open.ts';
import { storeStats } from './stats.ts';
import type { StoreStats } from './stats.ts';

export type { AlertQuery, PendingAlert, StoredAlert } from './alerts.ts';
export type { CoverageQuery } from './coverage.ts';
export type { EventQuery } from './events.ts';
export type { StoreStats } from './stats.ts';

export interface StoreOptions {
  /** the SQLite file; its folder is made if only that is missing. ':memory:' keeps nothing */
  readonly path: string;
  /** days that events, delivered alerts and gaps are kept; 0 keeps them for ever */
  readonly retentionDays: number;
  /** for reading beside a running daemon: creates, checks and changes nothing */
  readonly readOnly?: boolean;
}

/**
 * The log of what happened: events, alerts with their outbox, and the gaps in what was watched. Times are wall clock, ms.
 * Every method may throw LookoutError STORE_WRITE (disk full, locked for 2 s …) or STORE_CORRUPT.
 */
export interface Store {
  /** Inserts the event, or brings it up to its newest phase. */
  putEvent(e: Event): void;
  /** Commits the alert and its outbox row in one transaction, forced to the disk before it returns. */
  putAlert(a: Alert): void;
  /** What the broker has not acknowledged, oldest first; `after` leaves out what has a `seq` up to it. */
  pendingAlerts(limit: number, after?: number): PendingAlert[];
  /** The broker has acknowledged it; `at` is when it was handed over. With `seq`, only that very state of the alert leaves. */
  markPublished(id: string, phase: EventPhase, at: number, seq?: number): void;
  /** Records a gap whose end is known; one that touches an earlier one of the same camera and reason lengthens it. */
  putCoverage(c: Coverage): void;
  /** A gap begins; nothing changes if one of the same camera and reason is open already. */
  openGap(camera: string, reason: CoverageReason, detail: string, at: number): void;
  /** The camera is watched again: its open gaps end, all of them or those of one reason. */
  closeGap(camera: string, at: number, reason?: CoverageReason): void;
  events(q: EventQuery): Event[];
  alerts(q: AlertQuery): StoredAlert[];
  coverage(q: CoverageQuery): Coverage[];
  /** Notes that the daemon runs, so that the next run can tell how long it did not. */
  markAlive(at: number): void;
  /** The last such note (ms), or null in a new store. */
  aliveAt(): number | null;
  /**
   * Deletes what is older than the retention, a bounded number of rows so that the daemon is not held up: call it again
   * while `more` is true. Alerts that wait for the broker are never too old.
   */
  prune(now: number): { deleted: number; more: boolean };
  stats(): StoreStats;
  close(): void;
}

const DAY_MS = 86_400_000;
const PRUNE_ROWS = 2000;

/**
 * Opens the log. It lives in the daemon's own process: better-sqlite3 is synchronous, but an event takes it a fraction of a
 * millisecond and an alert a few (it is forced to the disk); asking another process and waiting for it would take longer.
 * Other processes may read the file meanwhile (WAL), and none may write to it.
 * @throws LookoutError STORE_OPEN, STORE_LOCKED, STORE_CORRUPT
 */
export function openStore(opts: StoreOptions, log: Logger): Store {
  const release = opts.readOnly ? () => undefined : holdFile(opts.path);
  try {
    return storeOn(openDatabase(opts.path, opts.readOnly ?? false), opts, log, release);
  } catch (error) {
    release();
    throw error;
  }
}

function storeOn(db: Database, opts: StoreOptions, log: Logger, release: () => void): Store {
  const events = eventLog(db);
  const alerts = alertLog(db);
  const gaps = coverageLog(db);
  const setAlive = db.prepare<[number]>("INSERT OR REPLACE INTO meta VALUES ('alive_at', ?)");
  const getAlive = db.prepare<[], number>("SELECT value FROM meta WHERE key = 'alive_at'").pluck();
  const run = <T>(operation: () => T): T => guarded(opts.path, operation);
  return {
    putEvent: (e) => run(() => events.put(e)),
    putAlert: (a) => {
      const givenUp = run(() => alerts.put(a));
      if (givenUp > 0) log.warn({ alerts: givenUp }, 'the outbox is full: the oldest alerts stay in the log and are not sent');
    },
    pendingAlerts: (limit, after = 0) => run(() => alerts.pending(limit, after)),
    markPublished: (id, phase, at, seq) => run(() => alerts.markPublished(id, phase, at, seq)),
    putCoverage: (c) => run(() => gaps.put(c)),
    openGap: (camera, reason, detail, at) => run(() => gaps.open(camera, reason, detail, at)),
    closeGap: (camera, at, reason) => run(() => gaps.close(camera, at, reason)),
    events: (q) => run(() => events.find(q)),
    alerts: (q) => run(() => alerts.find(q)),
    coverage: (q) => run(() => gaps.find(q)),
    markAlive: (at) => run(() => void setAlive.run(at)),
    aliveAt: () => run(() => getAlive.get() ?? null),
    prune: (now) => {
      if (opts.retentionDays <= 0) return { deleted: 0, more: false };
      const before = now - opts.retentionDays * DAY_MS;
      return run(() => pruneTables(db, [events, alerts, gaps], before));
    },
    stats: () => run(() => storeStats(db, opts.path)),
    close: () => {
      db.close();
      release();
    },
  };
}

interface Prunable {
  prune(before: number, limit: number): number;
}

function pruneTables(db: Database, tables: readonly Prunable[], before: number): { deleted: number; more: boolean } {
  const counts = tables.map((table) => table.prune(before, PRUNE_ROWS));
  // Gives freed pages back to the file system, a few at a time.
  db.pragma('incremental_vacuum(256)');
  return { deleted: counts.reduce((a, b) => a + b, 0), more: counts.some((n) => n === PRUNE_ROWS) };
}

import type { Database } from 'better-sqlite3';
import { statSync } from 'node:fs';
import { eventKeys } from './eventKeys.ts';
import { statement } from './query.ts';

/** What the log holds. */
export interface StoreStats {
  readonly events: number;
  readonly alerts: number;
  /** alerts that wait for the broker */
  readonly pending: number;
  /** entries of the history that wait for it, and such as waited too long */
  readonly history: number;
  readonly historyDropped: number;
  readonly gaps: number;
  readonly openGaps: number;
  /** start of the oldest and the newest event, ms; null where there is none */
  readonly oldest: number | null;
  readonly newest: number | null;
  /** of the file and its write-ahead log; 0 in memory */
  readonly bytes: number;
}

/** What can be told of the log at any time, however much it holds. */
export type StoreGlance = Pick<StoreStats, 'pending' | 'history' | 'historyDropped' | 'openGaps' | 'oldest' | 'newest' | 'bytes'>;

/** Counts the rows; a scan of the smallest index of each table. */
export function storeStats(db: Database, path: string): StoreStats {
  const one = <T>(sql: string): T | undefined => db.prepare<[], T>(sql).pluck().get();
  // Two keys may lie in another order than their starts if they are no farther apart than this.
  const reach = 2 * eventKeys(db).spread();
  return {
    ...storeGlance(db, path),
    events: one<number>('SELECT count(*) FROM events') ?? 0,
    alerts: one<number>('SELECT count(*) FROM alerts') ?? 0,
    gaps: one<number>('SELECT count(*) FROM coverage') ?? 0,
    oldest: one<number | null>(`SELECT min(start_at) FROM events WHERE seq <= (SELECT min(seq) FROM events) + ${reach}`) ?? null,
    newest: one<number | null>(`SELECT max(start_at) FROM events WHERE seq >= (SELECT max(seq) FROM events) - ${reach}`) ?? null,
  };
}

/** Events at either end that are looked at for the first and the last start: where thousands begin in a second it may be off by as much. */
const ENDS = 500;

/** Without counting what there may be millions of. */
export function storeGlance(db: Database, path: string): StoreGlance {
  const one = <T>(sql: string): T | undefined => statement(db, sql).pluck().get() as T | undefined;
  return {
    pending: one<number>('SELECT count(*) FROM outbox') ?? 0,
    history: one<number>('SELECT count(*) FROM history') ?? 0,
    historyDropped: one<number>("SELECT value FROM meta WHERE key = 'history_dropped'") ?? 0,
    openGaps: one<number>('SELECT count(*) FROM coverage WHERE end_at IS NULL') ?? 0,
    oldest: one<number | null>(`SELECT min(start_at) FROM (SELECT start_at FROM events ORDER BY seq ASC LIMIT ${ENDS})`) ?? null,
    newest: one<number | null>(`SELECT max(start_at) FROM (SELECT start_at FROM events ORDER BY seq DESC LIMIT ${ENDS})`) ?? null,
    bytes: fileSize(path) + fileSize(`${path}-wal`),
  };
}

function fileSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

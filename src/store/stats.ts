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
  readonly gaps: number;
  readonly openGaps: number;
  /** start of the oldest and the newest event, ms; null where there is none */
  readonly oldest: number | null;
  readonly newest: number | null;
  /** of the file and its write-ahead log; 0 in memory */
  readonly bytes: number;
}

/** What can be told of the log at any time, however much it holds. */
export type StoreGlance = Pick<StoreStats, 'pending' | 'openGaps' | 'oldest' | 'newest' | 'bytes'>;

/** Counts the rows; a scan of the smallest index of each table. */
export function storeStats(db: Database, path: string): StoreStats {
  const one = (sql: string): number => db.prepare<[], number>(sql).pluck().get() ?? 0;
  return { events: one('SELECT count(*) FROM events'), alerts: one('SELECT count(*) FROM alerts'), gaps: one('SELECT count(*) FROM coverage'), ...storeGlance(db, path) };
}

/** Without counting what there may be millions of. */
export function storeGlance(db: Database, path: string): StoreGlance {
  // Two keys may lie in another order than their starts if they are no farther apart than this.
  const reach = 2 * eventKeys(db).spread();
  const one = <T>(sql: string): T | undefined => statement(db, sql).pluck().get() as T | undefined;
  return {
    pending: one<number>('SELECT count(*) FROM outbox') ?? 0,
    openGaps: one<number>('SELECT count(*) FROM coverage WHERE end_at IS NULL') ?? 0,
    oldest: one<number | null>(`SELECT min(start_at) FROM events WHERE seq <= (SELECT min(seq) FROM events) + ${reach}`) ?? null,
    newest: one<number | null>(`SELECT max(start_at) FROM events WHERE seq >= (SELECT max(seq) FROM events) - ${reach}`) ?? null,
    bytes: fileSize(path) + fileSize(`${path}-wal`),
  };
}

function fileSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

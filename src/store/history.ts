import type { Database } from 'better-sqlite3';
import type { Coverage, CoverageChange, HistoryEntry, HistoryLoss } from '../record.ts';
import type { Event } from '../values.ts';

/** How much of the history waits for the broker at most; beyond it the oldest is given up, and counted. */
export interface HistoryBounds {
  readonly rows: number;
  /** ms */
  readonly age: number;
}

/** The part of the store that the broker's history comes out of. */
export interface HistoryStore {
  /** What the broker has not acknowledged, oldest first; `after` leaves out what has a `seq` up to it. What is still gathered is not among it. */
  pendingHistory(limit: number, after?: number): HistoryEntry[];
  /** The broker has these. */
  forgetHistory(seqs: readonly number[]): void;
  historyLoss(): HistoryLoss;
  /** `hear` is called when entries were written or given up; there is one who hears. */
  onHistory(hear: () => void): void;
}

export type IdentifiedGap = Coverage & { readonly id: string };

/** What of events and gaps is still to be told to the broker. Entries are written in the transaction that writes what they tell of. */
export interface HistoryLog {
  event(e: Event): void;
  gap(gap: IdentifiedGap, change: CoverageChange): void;
  pending(limit: number, after: number): HistoryEntry[];
  forget(seqs: readonly number[]): void;
  loss(): HistoryLoss;
  /** gives up at most `limit` entries that were written before `before`, or that are older than the bound allows at `now` */
  prune(before: number, limit: number): number;
  /** something was written or given up since this was last asked */
  news(): boolean;
}

interface Row { seq: number; kind: string; at: number; body: string }

/** Without `bounds` nothing is written, and what an earlier run left is not told any more. */
export function historyLog(db: Database, bounds: HistoryBounds | undefined): HistoryLog {
  const insert = db.prepare<[string, number, string]>('INSERT INTO history (kind, at, body) VALUES (?, ?, ?)');
  const pending = db.prepare<[number, number], Row>('SELECT seq, kind, at, body FROM history WHERE seq > ? ORDER BY seq LIMIT ?');
  const leave = db.prepare<[number]>('DELETE FROM history WHERE seq = ?');
  const giveUp = db.prepare<[number], number>('DELETE FROM history WHERE seq <= ? RETURNING at').pluck();
  const tooOld = db.prepare<[number, number], number>('DELETE FROM history WHERE seq IN (SELECT seq FROM history WHERE at < ? ORDER BY at LIMIT ?) RETURNING at').pluck();
  const count = db.prepare<[number]>("INSERT INTO meta VALUES ('history_dropped', ?) ON CONFLICT (key) DO UPDATE SET value = value + excluded.value");
  const until = db.prepare<[number]>("INSERT OR REPLACE INTO meta VALUES ('history_dropped_until', ?)");
  const noted = db.prepare<[string], number>('SELECT value FROM meta WHERE key = ?').pluck();
  let fresh = false;

  function dropped(times: readonly number[]): number {
    if (times.length > 0) {
      count.run(times.length);
      until.run(Math.max(...times));
      fresh = true;
    }
    return times.length;
  }
  function put(kind: HistoryEntry['kind'], body: object): void {
    if (!bounds) return;
    const seq = Number(insert.run(kind, Date.now(), JSON.stringify(body)).lastInsertRowid);
    fresh = true;
    // They leave in order, so that numbers tell how many there are.
    dropped(giveUp.all(seq - bounds.rows));
  }
  return {
    event: (e) => put('event', e),
    gap: (gap, change) => put('coverage', { gap, change }),
    pending: (limit, after) => pending.all(after, Math.max(0, Math.floor(limit))).flatMap(entryOf),
    forget: (seqs) => db.transaction(() => seqs.forEach((seq) => leave.run(seq))).immediate(),
    loss: () => ({ dropped: noted.get('history_dropped') ?? 0, until: noted.get('history_dropped_until') ?? null }),
    prune: (before, limit) => (bounds ? dropped(tooOld.all(Math.max(before, Date.now() - bounds.age), limit)) : tooOld.all(Number.MAX_VALUE, limit).length),
    news() {
      const had = fresh;
      fresh = false;
      return had;
    },
  };
}

function entryOf({ seq, kind, at: recordedAt, body }: Row): HistoryEntry[] {
  const read = JSON.parse(body) as unknown;
  if (kind === 'event') return [{ kind, seq, recordedAt, event: read as Event }];
  return kind === 'coverage' ? [{ kind, seq, recordedAt, ...(read as { gap: IdentifiedGap; change: CoverageChange }) }] : [];
}

import type { Database } from 'better-sqlite3';

/** What a call of prune did. */
export interface Pruned {
  readonly deleted: number;
  /** there is more to delete: call again */
  readonly more: boolean;
  /** files in the media folder that no alert points to any longer */
  readonly media: string[];
}

export interface Bounds {
  /** nothing older than this is kept, ms; -Infinity keeps everything */
  readonly before: number;
  readonly now: number;
  /** Infinity where only the age counts */
  readonly maxBytes: number;
}

/** Rows of each table that one call deletes at most, so that the daemon is not held up. */
const ROWS = 1000;
/** Where the file is too big, the oldest part of the time it covers goes first. */
const PART = 50;

interface Prunable {
  /** deletes at most `limit` rows older than `before`; returns how many */
  prune(before: number, limit: number): number;
}

/** An alert that was judged by a person, or that the broker does not have, is kept however old it is, in all its phases. */
const OLD_ALERTS = `SELECT id FROM alerts AS old WHERE happened_at < ?
  AND NOT EXISTS (SELECT 1 FROM feedback WHERE alert_id = old.id)
  AND NOT EXISTS (SELECT 1 FROM alerts AS other LEFT JOIN outbox USING (seq)
                  WHERE other.id = old.id AND (outbox.seq IS NOT NULL OR other.happened_at >= ?))
  ORDER BY happened_at LIMIT ?`;

/** What a kept alert rests on stays: its events (alert_events), the decisions that name it, the looks at that time. */
const OLD_DECISIONS = `SELECT seq FROM decisions AS old WHERE at < ?
  AND NOT EXISTS (SELECT 1 FROM alerts WHERE alerts.id = old.alert_id)
  AND NOT EXISTS (SELECT 1 FROM alert_events WHERE alert_events.event_id = old.event_id) ORDER BY at LIMIT ?`;
const OLD_LOOKS = `SELECT seq FROM looks AS old WHERE from_at < ? AND to_at < ?
  AND NOT EXISTS (SELECT 1 FROM alerts WHERE alerts.camera = old.camera AND alerts.start_at <= old.to_at AND alerts.end_at >= old.from_at)
  ORDER BY from_at LIMIT ?`;

/**
 * Deletes what is too old, and the oldest where the file is too big; alerts first, since they hold what they rest on. The files that
 * are told once are told again after a crash, until the next call.
 */
export function retention(db: Database, tables: readonly Prunable[]): (bounds: Bounds) => Pruned {
  const all = [alerts(db), ...tables, ...older(db)];
  const forgetMedia = db.prepare('DELETE FROM media_gone WHERE told = 1');
  const media = db.prepare<[], string>('UPDATE media_gone SET told = 1 RETURNING file').pluck();
  const oldest = oldestToGo(db);
  return ({ before, now, maxBytes }) => {
    const delivered = db.transaction((until: number) => all.map((table) => table.prune(until, ROWS)));
    const tooBig = usedBytes(db) > maxBytes;
    const first = tooBig ? oldest(now) : now;
    const counts = delivered.immediate(tooBig ? Math.max(before, first + (now - first) / PART) : before);
    const files = db.transaction(() => {
      forgetMedia.run();
      return media.all();
    });
    // Gives freed pages back to the file system, a few at a time.
    const free = freePages(db);
    db.pragma('incremental_vacuum(512)');
    const shrinking = maxBytes < Infinity && freePages(db) < free && freePages(db) > 0;
    const deleted = counts.reduce((a, b) => a + b, 0);
    const more = shrinking || counts.some((n) => n === ROWS) || (tooBig && deleted > 0 && usedBytes(db) > maxBytes);
    return { deleted, more, media: files.immediate() };
  };
}

/** The time of the oldest thing that may be deleted. */
function oldestToGo(db: Database): (otherwise: number) => number {
  const least = (table: string, column: string, key: string, old: string): string => `SELECT ${column} AS at FROM ${table} WHERE ${key} IN (${old})`;
  const at = db
    .prepare<number[], number | null>(
      `SELECT min(at) FROM (${[
        'SELECT start_at AS at FROM events WHERE seq = (SELECT seq FROM events WHERE NOT EXISTS (SELECT 1 FROM alert_events WHERE event_id = events.id) ORDER BY seq LIMIT 1)',
        least('alerts', 'happened_at', 'id', OLD_ALERTS), least('decisions', 'at', 'seq', OLD_DECISIONS), least('looks', 'from_at', 'seq', OLD_LOOKS),
      ].join(' UNION ALL ')})`,
    )
    .pluck();
  return (now) => at.get(now, now, 1, now, 1, now, now, 1) ?? now;
}

function freePages(db: Database): number {
  return Number(db.pragma('freelist_count', { simple: true }));
}

/** Bytes of the file that hold something. */
function usedBytes(db: Database): number {
  const of = (pragma: string): number => Number(db.pragma(pragma, { simple: true }));
  return (of('page_count') - of('freelist_count')) * of('page_size');
}

function alerts(db: Database): Prunable {
  const old = db.prepare<[number, number, number], string>(OLD_ALERTS).pluck();
  const gone = db.prepare<[string, string]>(
    `INSERT OR IGNORE INTO media_gone (file) SELECT snapshot FROM alerts WHERE id = ? AND snapshot IS NOT NULL
       UNION SELECT clip FROM alerts WHERE id = ? AND clip IS NOT NULL`,
  );
  const leave = db.prepare<[string]>('DELETE FROM alert_events WHERE alert_id = ?');
  const remove = db.prepare<[string]>('DELETE FROM alerts WHERE id = ?');
  return {
    prune: (before, limit) =>
      [...new Set(old.all(before, before, limit))].reduce((deleted, id) => {
        gone.run(id, id);
        leave.run(id);
        return deleted + remove.run(id).changes;
      }, 0),
  };
}

function older(db: Database): Prunable[] {
  const decisions = db.prepare<[number, number]>(`DELETE FROM decisions WHERE seq IN (${OLD_DECISIONS})`);
  const looks = db.prepare<[number, number, number]>(`DELETE FROM looks WHERE seq IN (${OLD_LOOKS})`);
  return [
    { prune: (before, limit) => decisions.run(before, limit).changes },
    { prune: (before, limit) => looks.run(before, before, limit).changes },
  ];
}

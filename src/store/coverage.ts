import type { Database } from 'better-sqlite3';
import type { Coverage, CoverageReason } from '../record.ts';
import type { HistoryLog, IdentifiedGap } from './history.ts';
import { also, emptyFilter, orderClause, statement, whereClause } from './query.ts';

/** Which gaps: those that overlap the range (ms); one that is still open reaches to the end of time. */
export interface CoverageQuery {
  readonly since?: number;
  readonly until?: number;
  readonly camera?: string;
  readonly reason?: CoverageReason;
  readonly limit?: number;
  /** by start; newest first ('desc') unless told otherwise */
  readonly order?: 'asc' | 'desc';
}

interface CoverageRow { id: string; camera: string; start_at: number; end_at: number | null; reason: string; detail: string }

export interface CoverageLog {
  put(c: Coverage): void;
  open(camera: string, reason: CoverageReason, detail: string, at: number): void;
  close(camera: string, at: number, reason?: CoverageReason): void;
  find(q: CoverageQuery): Coverage[];
  /** deletes at most `limit` gaps that ended before `before`; open ones are kept */
  prune(before: number, limit: number): number;
}

/** The gaps' table: the intervals in which a camera was not watched. Each change of it is one of the history, written with it. */
export function coverageLog(db: Database, history: Pick<HistoryLog, 'gap'>): CoverageLog {
  const insert = db.prepare<[string, number, number | null, string, string], CoverageRow>(
    'INSERT INTO coverage (camera, start_at, end_at, reason, detail) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING *',
  );
  // Dropped windows overlap one another: a busy hour becomes one row that grows and not one row per window.
  const extend = db.prepare<{ camera: string; reason: string; start: number; end: number }, CoverageRow>(
    `UPDATE coverage SET start_at = min(start_at, @start), end_at = max(end_at, @end)
       WHERE seq = (SELECT seq FROM coverage WHERE camera = @camera AND reason = @reason AND end_at >= @start AND start_at <= @end
                    ORDER BY start_at DESC LIMIT 1) RETURNING *`,
  );
  const close = db.prepare<{ camera: string; at: number; reason: string | null }, CoverageRow>(
    `UPDATE coverage SET end_at = max(start_at, @at)
       WHERE camera = @camera AND end_at IS NULL AND (@reason IS NULL OR reason = @reason) RETURNING *`,
  );
  const remove = db.prepare<[number, number]>(
    'DELETE FROM coverage WHERE seq IN (SELECT seq FROM coverage WHERE end_at < ? LIMIT ?)',
  );
  const put = db.transaction((c: Coverage) => {
    const grown = c.end === null ? [] : extend.all({ camera: c.camera, reason: c.reason, start: c.start, end: c.end });
    grown.forEach((row) => history.gap(identified(row), 'corrected'));
    if (grown.length > 0) return;
    insert.all(c.camera, c.start, c.end, c.reason, c.detail).forEach((row) => history.gap(identified(row), c.end === null ? 'opened' : 'closed'));
  });
  const end = db.transaction((camera: string, at: number, reason: string | null) => {
    close.all({ camera, at, reason }).forEach((row) => history.gap(identified(row), 'closed'));
  });
  return {
    put: (c) => put.immediate(c),
    open: (camera, reason, detail, at) => put.immediate({ camera, reason, detail, start: at, end: null }),
    close: (camera, at, reason) => end.immediate(camera, at, reason ?? null),
    find(q) {
      const filter = emptyFilter();
      also(filter, 'camera = ?', q.camera);
      also(filter, 'reason = ?', q.reason);
      also(filter, 'start_at <= ?', q.until);
      also(filter, '(end_at IS NULL OR end_at >= ?)', q.since);
      const sql = `SELECT * FROM coverage${whereClause(filter)}${orderClause('start_at', q.order, q.limit)}`;
      return (statement(db, sql).all(...filter.values) as CoverageRow[]).map(toCoverage);
    },
    prune: (before, limit) => remove.run(before, limit).changes,
  };
}

function identified(row: CoverageRow): IdentifiedGap {
  return { id: row.id, ...toCoverage(row) };
}

function toCoverage(row: CoverageRow): Coverage {
  return { camera: row.camera, start: row.start_at, end: row.end_at, reason: row.reason as CoverageReason, detail: row.detail };
}

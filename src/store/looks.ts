import type { Database } from 'better-sqlite3';
import type { Look } from '../record.ts';
import type { WindowReason } from '../values.ts';
import { checked } from './eventRow.ts';
import { also, emptyFilter, orderClause, statement, whereClause } from './query.ts';

/** Which looks: those whose frames overlap the range (ms). */
export interface LookQuery {
  readonly camera?: string;
  readonly since?: number;
  readonly until?: number;
  readonly limit?: number;
  /** by the first frame; newest first ('desc') unless told otherwise */
  readonly order?: 'asc' | 'desc';
}

export interface LookRow {
  window_id: string; camera: string; reason: string; from_at: number; to_at: number; frames: number; answered_at: number; sightings: string;
}

const COLUMNS = [
  'window_id', 'camera', 'reason', 'from_at', 'to_at', 'frames', 'answered_at', 'sightings',
] as const satisfies readonly (keyof LookRow)[];

export interface LookLog {
  row(l: Look): LookRow;
  put(row: LookRow): void;
  find(q: LookQuery): Look[];
}

/** What the model was shown and said. */
export function lookLog(db: Database): LookLog {
  const insert = db.prepare<[LookRow]>(`INSERT INTO looks (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((c) => `@${c}`).join(', ')})`);
  const longest = db.prepare<[], number>("SELECT value FROM meta WHERE key = 'longest_look'").pluck();
  const lengthen = db.prepare<[number]>(
    "INSERT INTO meta VALUES ('longest_look', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE excluded.value > value",
  );
  return {
    row: (l) =>
      checked({
        window_id: l.windowId, camera: l.camera, reason: l.reason, from_at: l.from, to_at: l.to, frames: l.frames,
        answered_at: l.answeredAt, sightings: JSON.stringify(l.sightings),
      }, 'a look'),
    put(row) {
      insert.run(row);
      lengthen.run(row.to_at - row.from_at);
    },
    find(q) {
      const filter = emptyFilter();
      also(filter, 'camera = ?', q.camera);
      also(filter, 'from_at <= ?', q.until);
      also(filter, 'to_at >= ?', q.since);
      // Implied by the line above; lets the index on the first frame bound the search from below as well.
      if (q.since !== undefined) also(filter, 'from_at >= ?', q.since - (longest.get() ?? 0));
      const sql = `SELECT * FROM looks${whereClause(filter)}${orderClause('from_at', q.order, q.limit)}`;
      return (statement(db, sql).all(...filter.values) as LookRow[]).map(toLook);
    },
  };
}

function toLook(row: LookRow): Look {
  return {
    windowId: row.window_id, camera: row.camera, reason: row.reason as WindowReason, from: row.from_at, to: row.to_at,
    frames: row.frames, answeredAt: row.answered_at, sightings: JSON.parse(row.sightings) as Look['sightings'],
  };
}

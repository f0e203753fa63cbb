import type { Database } from 'better-sqlite3';
import type { Event } from '../values.ts';
import { EVENT_COLUMNS, eventOf, reachOf, toRow } from './eventRow.ts';
import type { EventRow } from './eventRow.ts';
import { findEvents } from './eventSearch.ts';
import type { EventQuery } from './eventSearch.ts';
import { eventKeys } from './eventKeys.ts';
import { byBeginning } from './query.ts';
import type { TextIndex } from './textIndex.ts';

const INSERT = `INSERT INTO events (seq, ${EVENT_COLUMNS.join(', ')}) VALUES (?, ${EVENT_COLUMNS.map(() => '?').join(', ')})`;
const UPDATE = `UPDATE events SET seq = ?, ${EVENT_COLUMNS.map((c) => `${c} = ?`).join(', ')} WHERE id = ?`;

export interface EventLog {
  /** the row to be put later */
  row(e: Event): EventRow;
  /** inserts the row, or brings the one with this id up to it */
  put(row: EventRow): void;
  /** rows of an older schema, without their reach */
  restore(rows: readonly object[]): void;
  find(q: EventQuery): Event[];
  /** by its id or a unique beginning of it */
  get(id: string): Event | undefined;
  /** the keys of at most `limit` events that ended before `before` and that no alert rests on, oldest first, are deleted */
  prune(before: number, limit: number): number;
  forget(): void;
}

type Value = string | number;
interface Known { seq: number; text: string; camera: string }

/** The events' table: one row per event, in its latest phase. Its key follows the start: eventKeys.ts. */
export function eventLog(db: Database, index: TextIndex): EventLog {
  const keys = eventKeys(db);
  const known = db.prepare<[string], Known>('SELECT seq, text, camera FROM events WHERE id = ?');
  const insert = db.prepare<Value[]>(INSERT);
  const update = db.prepare<Value[]>(UPDATE);
  const old = db
    .prepare<[number, number, number], number>(
      `SELECT seq FROM events WHERE seq < ? AND end_at < ?
         AND NOT EXISTS (SELECT 1 FROM alert_events WHERE event_id = events.id) ORDER BY seq LIMIT ?`,
    )
    .pluck();
  const remove = db.prepare<[number]>('DELETE FROM events WHERE seq = ?');

  function put(row: EventRow): void {
    const before = known.get(row.id);
    const seq = before && keys.holds(before.seq, row.start_at) ? before.seq : keys.free(row.start_at);
    const same = before?.seq === seq && before.text === row.text && before.camera === row.camera;
    // Made before anything is written: it fails for what is no text.
    const document = same ? '' : index.document(row.text, row.camera);
    // By place: names take SQLite's driver as long as the row itself.
    const values = EVENT_COLUMNS.map((column) => row[column]);
    if (before) update.run(seq, ...values, row.id);
    else insert.run(seq, ...values);
    if (same) return;
    if (before) index.remove(before.seq);
    index.add(seq, document);
  }
  return {
    row: toRow,
    put,
    restore: (rows) => (rows as readonly EventRow[]).forEach((row) => put({ ...row, reach: reachOf(row.end_at - row.start_at) })),
    find: (q) => findEvents(db, index, keys.spread(), q),
    get: (id) => byBeginning<EventRow>(db, 'SELECT * FROM events WHERE id', id, 'id').map((row) => eventOf(EVENT_COLUMNS.map((column) => row[column])))[0],
    prune(before, limit) {
      const found = old.all(before + keys.spread(), before, limit);
      for (const seq of found) {
        index.remove(seq);
        remove.run(seq);
      }
      return found.length;
    },
    forget: () => {
      keys.forget();
      index.forget();
    },
  };
}

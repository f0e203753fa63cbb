import type { Database } from 'better-sqlite3';
import type { Alert, EventPhase } from '../values.ts';
import { ALERT_COLUMNS, fromAlertRow, toAlertRow } from './alertRow.ts';
import type { AlertRow } from './alertRow.ts';
import { alertPhases, findAlerts } from './alertSearch.ts';
import type { AlertQuery, StoredAlert } from './alertSearch.ts';

/** An alert that waits for the broker. `seq` grows with every alert put and tells two states of one alert apart. */
export interface PendingAlert extends Alert {
  readonly seq: number;
}

/** The broker has acknowledged an alert; `at` is when it was handed over (ms). With `seq` only that very state of it is meant. */
export interface Published {
  readonly id: string;
  readonly phase: EventPhase;
  readonly at: number;
  readonly seq?: number;
}

type PendingRow = AlertRow & { seq: number };

const INSERT = `INSERT INTO alerts (${ALERT_COLUMNS.join(', ')}) VALUES (${ALERT_COLUMNS.map((c) => `@${c}`).join(', ')})`;

/** The outbox's bound: beyond it the oldest alerts stay in the log but are no longer sent. */
export const MAX_PENDING = 100_000;
/** The outbox is counted once in so many alerts: with very many waiting that takes a millisecond. */
const COUNT_EVERY = 100;

export interface AlertLog {
  /** Writes the alerts and their outbox rows, inside a transaction; returns how many old ones the outbox's bound gave up. */
  put(list: readonly Alert[]): number;
  pending(limit: number, after: number): PendingAlert[];
  markPublished(sent: readonly Published[]): void;
  find(q: AlertQuery): StoredAlert[];
  phases(id: string): StoredAlert[];
}

/** The alerts' table and the outbox. */
export function alertLog(db: Database, maxPending = MAX_PENDING): AlertLog {
  const forget = db.prepare<[string, string]>('DELETE FROM alerts WHERE id = ? AND phase = ?');
  const media = db.prepare<[string], { snapshot: string | null; clip: string | null }>('SELECT max(snapshot) AS snapshot, max(clip) AS clip FROM alerts WHERE id = ?');
  const insert = db.prepare<[AlertRow]>(INSERT);
  const restsOn = db.prepare<[string, string]>('INSERT OR IGNORE INTO alert_events (event_id, alert_id) VALUES (?, ?)');
  const enqueue = db.prepare<[number | bigint]>('INSERT INTO outbox (seq) VALUES (?)');
  const giveUp = db.prepare<[number]>('DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox ORDER BY seq DESC LIMIT -1 OFFSET ?)');
  const pending = db.prepare<[number, number], PendingRow>(
    'SELECT alerts.* FROM outbox JOIN alerts USING (seq) WHERE outbox.seq > ? ORDER BY outbox.seq LIMIT ?',
  );
  const find = db.prepare<[string, string], number>('SELECT seq FROM alerts WHERE id = ? AND phase = ?').pluck();
  const stamp = db.prepare<{ at: number; seq: number }>(
    'UPDATE alerts SET publish_ms = max(0, @at - published_at), published_at = @at, delivered = 1 WHERE seq = @seq',
  );
  const leave = db.prepare<[number]>('DELETE FROM outbox WHERE seq = ?');
  function putOne(a: Alert): void {
    const had = media.get(a.id);
    // The same phase again replaces the older state and takes a place at the outbox's end: the newest wins.
    forget.run(a.id, a.phase);
    const seq = insert.run(toAlertRow({ ...a, snapshot: a.snapshot ?? had?.snapshot ?? null, clip: a.clip ?? had?.clip ?? null })).lastInsertRowid;
    enqueue.run(seq);
    for (const event of new Set([...(a.eventId === null ? [] : [a.eventId]), ...a.evidence.map((e) => e.eventId)])) restsOn.run(event, a.id);
  }
  let uncounted = Infinity;
  return {
    put(list) {
      list.forEach(putOne);
      uncounted += list.length;
      if (uncounted < COUNT_EVERY) return 0;
      uncounted = 0;
      return giveUp.run(maxPending).changes;
    },
    pending: (limit, after) => pending.all(after, Math.max(0, Math.floor(limit))).map((row) => ({ ...fromAlertRow(row), seq: row.seq })),
    markPublished(sent) {
      db.transaction(() => {
        for (const { id, phase, at, seq } of sent) {
          const row = seq ?? find.get(id, phase);
          // Nothing left the outbox: it was acknowledged twice, or a newer state has taken the row's place.
          if (row !== undefined && leave.run(row).changes > 0) stamp.run({ at, seq: row });
        }
      }).immediate();
    },
    find: (q) => findAlerts(db, q),
    phases: (id) => alertPhases(db, id),
  };
}

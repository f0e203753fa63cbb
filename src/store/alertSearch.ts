import type { Database } from 'better-sqlite3';
import type { Alert, EventPhase } from '../values.ts';
import { fromAlertRow } from './alertRow.ts';
import type { AlertRow } from './alertRow.ts';
import { also, byBeginning, containing, emptyFilter, orderClause, statement, whereClause } from './query.ts';

/** Which alerts: all conditions must hold; `since` and `until` bound `happenedAt` (ms). */
export interface AlertQuery {
  readonly since?: number;
  readonly until?: number;
  readonly camera?: string;
  readonly rule?: string;
  readonly event?: string;
  readonly phase?: EventPhase;
  /** of each alert its newest state alone, and not one for each phase */
  readonly newest?: boolean;
  /** words that all occur in the event's or the rule's text */
  readonly text?: string;
  readonly limit?: number;
  /** by happenedAt; newest first ('desc') unless told otherwise */
  readonly order?: 'asc' | 'desc';
}

/** An alert of the log. `publishedAt` is the hand-over to the broker once it is delivered, and the alert's making until then. */
export interface StoredAlert extends Alert {
  /** the broker has acknowledged it */
  readonly delivered: boolean;
}

export type StoredRow = AlertRow & { seq: number; delivered: number };

function toStored(row: StoredRow): StoredAlert {
  return { ...fromAlertRow(row), delivered: row.delivered === 1 };
}

export function findAlerts(db: Database, q: AlertQuery): StoredAlert[] {
  const filter = emptyFilter();
  also(filter, 'camera = ?', q.camera);
  also(filter, 'rule_id = ?', q.rule);
  also(filter, 'event_id = ?', q.event);
  also(filter, 'phase = ?', q.phase);
  also(filter, 'happened_at >= ?', q.since);
  also(filter, 'happened_at <= ?', q.until);
  if (q.newest) filter.where.push('NOT EXISTS (SELECT 1 FROM alerts AS later WHERE later.id = alerts.id AND later.seq > alerts.seq)');
  for (const term of (q.text ?? '').split(/\s+/u).filter(Boolean)) also(filter, "text || ' ' || rule_text LIKE ? ESCAPE '\\'", containing(term));
  const sql = `SELECT * FROM alerts${whereClause(filter)}${orderClause('happened_at', q.order, q.limit)}`;
  return (statement(db, sql).all(...filter.values) as StoredRow[]).map(toStored);
}

/** The phases of one alert, by its id or a unique beginning of it, in the order in which they came. */
export function alertPhases(db: Database, id: string): StoredAlert[] {
  return byBeginning<StoredRow>(db, 'SELECT * FROM alerts WHERE id', id, 'id').sort((a, b) => a.seq - b.seq).map(toStored);
}

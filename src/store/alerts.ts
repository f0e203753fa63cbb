import type { Database } from 'better-sqlite3';
import type { Alert, EventPhase, Severity, TimeSource } from '../values.ts';
import { durably } from './open.ts';
import { also, containing, emptyFilter, orderClause, terms, whereClause } from './query.ts';

/** Which alerts: all conditions must hold; `since` and `until` bound `happenedAt` (ms). */
export interface AlertQuery {
  readonly since?: number;
  readonly until?: number;
  readonly camera?: string;
  readonly rule?: string;
  readonly event?: string;
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

/** An alert that waits for the broker. `seq` grows with every alert put and tells two states of one alert apart. */
export interface PendingAlert extends Alert {
  readonly seq: number;
}

interface AlertRow {
  id: string; phase: string; camera: string; rule_id: string; rule_text: string; severity: string; event_id: string;
  text: string; score: number; threshold: number; clause: string; start_at: number; end_at: number;
  start_uncertainty: number; end_uncertainty: number; time_source: string; happened_at: number; detected_at: number;
  published_at: number; capture_ms: number; queue_ms: number; infer_ms: number; match_ms: number; publish_ms: number;
}
type PendingRow = AlertRow & { seq: number };
type StoredRow = AlertRow & { delivered: number };

const COLUMNS = [
  'id', 'phase', 'camera', 'rule_id', 'rule_text', 'severity', 'event_id', 'text', 'score', 'threshold', 'clause', 'start_at',
  'end_at', 'start_uncertainty', 'end_uncertainty', 'time_source', 'happened_at', 'detected_at', 'published_at',
  'capture_ms', 'queue_ms', 'infer_ms', 'match_ms', 'publish_ms',
] as const;
const INSERT = `INSERT INTO alerts (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((c) => `@${c}`).join(', ')})`;

/** The outbox's bound: beyond it the oldest alerts stay in the log but are no longer sent. */
export const MAX_PENDING = 100_000;

export interface AlertLog {
  /** Commits the alert and its outbox row together, to the disk; returns how many old ones the outbox's bound gave up. */
  put(a: Alert): number;
  pending(limit: number, after: number): PendingAlert[];
  markPublished(id: string, phase: EventPhase, at: number, seq?: number): void;
  find(q: AlertQuery): StoredAlert[];
  /** deletes at most `limit` delivered alerts that happened before `before`; what waits is kept */
  prune(before: number, limit: number): number;
}

/** The alerts' table and the outbox. */
export function alertLog(db: Database, maxPending = MAX_PENDING): AlertLog {
  const forget = db.prepare<[string, string]>('DELETE FROM alerts WHERE id = ? AND phase = ?');
  const insert = db.prepare<[AlertRow]>(INSERT);
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
  const remove = db.prepare<[number, number]>(
    `DELETE FROM alerts WHERE seq IN (SELECT seq FROM alerts
       WHERE happened_at < ? AND seq NOT IN (SELECT seq FROM outbox) ORDER BY happened_at LIMIT ?)`,
  );
  return {
    put: (a) =>
      durably(db, () => {
        // The same phase again replaces the older state and takes its place in the outbox: the newest wins.
        forget.run(a.id, a.phase);
        enqueue.run(insert.run(toRow(a)).lastInsertRowid);
        return giveUp.run(maxPending).changes;
      }),
    pending: (limit, after) => pending.all(after, Math.max(0, Math.floor(limit))).map((row) => ({ ...toAlert(row), seq: row.seq })),
    markPublished(id, phase, at, seq) {
      db.transaction(() => {
        const row = seq ?? find.get(id, phase);
        // Nothing left the outbox: it was acknowledged twice, or a newer state has taken the row's place.
        if (row !== undefined && leave.run(row).changes > 0) stamp.run({ at, seq: row });
      }).immediate();
    },
    find: (q) => findAlerts(db, q),
    prune: (before, limit) => remove.run(before, limit).changes,
  };
}

function findAlerts(db: Database, q: AlertQuery): StoredAlert[] {
  const filter = emptyFilter();
  also(filter, 'camera = ?', q.camera);
  also(filter, 'rule_id = ?', q.rule);
  also(filter, 'event_id = ?', q.event);
  also(filter, 'happened_at >= ?', q.since);
  also(filter, 'happened_at <= ?', q.until);
  for (const term of terms(q.text ?? '')) also(filter, "text || ' ' || rule_text LIKE ? ESCAPE '\\'", containing(term));
  const sql = `SELECT * FROM alerts${whereClause(filter)}${orderClause('happened_at', q.order, q.limit)}`;
  const rows = db.prepare<(string | number)[], StoredRow>(sql).all(...filter.values);
  return rows.map((row) => ({ ...toAlert(row), delivered: row.delivered === 1 }));
}

function toRow(a: Alert): AlertRow {
  return {
    id: a.id, phase: a.phase, camera: a.camera, rule_id: a.ruleId, rule_text: a.ruleText, severity: a.severity,
    event_id: a.eventId ?? '', text: a.text, score: a.score, threshold: a.threshold, clause: a.clause, start_at: a.start, end_at: a.end,
    start_uncertainty: a.startUncertainty, end_uncertainty: a.endUncertainty, time_source: a.timeSource,
    happened_at: a.happenedAt, detected_at: a.detectedAt, published_at: a.publishedAt,
    capture_ms: a.latency.capture, queue_ms: a.latency.queue, infer_ms: a.latency.infer,
    match_ms: a.latency.match, publish_ms: a.latency.publish,
  };
}

function toAlert(row: AlertRow): Alert {
  return {
    id: row.id, phase: row.phase as EventPhase, camera: row.camera, ruleId: row.rule_id, ruleText: row.rule_text,
    severity: row.severity as Severity, eventId: row.event_id === '' ? null : row.event_id, text: row.text, score: row.score, threshold: row.threshold,
    clause: row.clause, start: row.start_at, end: row.end_at, startUncertainty: row.start_uncertainty,
    endUncertainty: row.end_uncertainty, timeSource: row.time_source as TimeSource, happenedAt: row.happened_at,
    detectedAt: row.detected_at, publishedAt: row.published_at, evidence: [], verified: null, snapshot: null, clip: null,
    latency: {
      capture: row.capture_ms, queue: row.queue_ms, infer: row.infer_ms, match: row.match_ms, publish: row.publish_ms,
    },
  };
}

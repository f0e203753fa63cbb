import type { Database } from 'better-sqlite3';
import type { Decision, Outcome } from '../record.ts';
import { checked } from './eventRow.ts';
import { also, emptyFilter, orderClause, statement, whereClause } from './query.ts';

/** Which decisions: all conditions must hold; `since` and `until` bound `at`, the moment in the scene (ms). */
export interface DecisionQuery {
  readonly rule?: string;
  readonly camera?: string;
  readonly event?: string;
  readonly alert?: string;
  readonly outcome?: Outcome;
  readonly since?: number;
  readonly until?: number;
  readonly limit?: number;
  /** by `at`; newest first ('desc') unless told otherwise */
  readonly order?: 'asc' | 'desc';
}

export interface DecisionRow {
  rule_id: string; camera: string; event_id: string | null; at: number; decided_at: number; clause: string;
  score: number | null; threshold: number; outcome: string; alert_id: string | null; detail: string;
}

const COLUMNS = [
  'rule_id', 'camera', 'event_id', 'at', 'decided_at', 'clause', 'score', 'threshold', 'outcome', 'alert_id', 'detail',
] as const satisfies readonly (keyof DecisionRow)[];

export interface DecisionLog {
  row(d: Decision): DecisionRow;
  put(row: DecisionRow): void;
  find(q: DecisionQuery): Decision[];
}

/** What every rule made of every event. */
export function decisionLog(db: Database): DecisionLog {
  const insert = db.prepare<[DecisionRow]>(`INSERT INTO decisions (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((c) => `@${c}`).join(', ')})`);
  return {
    row: (d) =>
      checked({
        rule_id: d.ruleId, camera: d.camera, event_id: d.eventId, at: d.at, decided_at: d.decidedAt, clause: d.clause,
        score: d.score, threshold: d.threshold, outcome: d.outcome, alert_id: d.alertId, detail: d.detail,
      }, 'a decision'),
    put: (row) => void insert.run(row),
    find(q) {
      const filter = emptyFilter();
      also(filter, 'rule_id = ?', q.rule);
      also(filter, 'camera = ?', q.camera);
      also(filter, 'event_id = ?', q.event);
      also(filter, 'alert_id = ?', q.alert);
      also(filter, 'outcome = ?', q.outcome);
      also(filter, 'at >= ?', q.since);
      also(filter, 'at <= ?', q.until);
      const sql = `SELECT * FROM decisions${whereClause(filter)}${orderClause('at', q.order, q.limit)}`;
      return (statement(db, sql).all(...filter.values) as DecisionRow[]).map(toDecision);
    },
  };
}

function toDecision(row: DecisionRow): Decision {
  return {
    ruleId: row.rule_id, camera: row.camera, eventId: row.event_id, at: row.at, decidedAt: row.decided_at, clause: row.clause,
    score: row.score, threshold: row.threshold, outcome: row.outcome as Outcome, alertId: row.alert_id, detail: row.detail,
  };
}

import type { Database } from 'better-sqlite3';
import type { Feedback } from '../record.ts';
import { durably } from './open.ts';
import { alertPhases } from './alertSearch.ts';
import type { StoredAlert } from './alertSearch.ts';
import { checked } from './eventRow.ts';
import { also, emptyFilter, whereClause } from './query.ts';

/** Which feedback: all conditions must hold; `since` and `until` bound when it was given (ms). */
export interface FeedbackQuery {
  readonly alert?: string;
  readonly rule?: string;
  readonly since?: number;
  readonly until?: number;
}

/** What a person said of an alert, and the alert in its latest phase. */
export interface JudgedAlert extends Feedback {
  readonly alert: StoredAlert;
}

export interface FeedbackLog {
  put(f: Feedback): void;
  find(q: FeedbackQuery): JudgedAlert[];
}

interface FeedbackRow { alert_id: string; correct: number; note: string; at: number }

/** What people said of alerts; the last word on each counts. */
export function feedbackLog(db: Database): FeedbackLog {
  const put = db.prepare<[FeedbackRow]>(
    `INSERT INTO feedback (alert_id, correct, note, at) VALUES (@alert_id, @correct, @note, @at)
       ON CONFLICT (alert_id) DO UPDATE SET correct = excluded.correct, note = excluded.note, at = excluded.at`,
  );
  return {
    put: (f) => void durably(db, () => put.run(checked({ alert_id: f.alertId, correct: f.right ? 1 : 0, note: f.note, at: f.at }, 'feedback'))),
    find(q) {
      const filter = emptyFilter();
      also(filter, 'alert_id = ?', q.alert);
      also(filter, 'EXISTS (SELECT 1 FROM alerts WHERE id = alert_id AND rule_id = ?)', q.rule);
      also(filter, 'at >= ?', q.since);
      also(filter, 'at <= ?', q.until);
      const rows = db.prepare<(string | number)[], FeedbackRow>(`SELECT * FROM feedback${whereClause(filter)} ORDER BY at, alert_id`).all(...filter.values);
      return rows.flatMap((row) => {
        const alert = alertPhases(db, row.alert_id).at(-1);
        return alert ? [{ alertId: row.alert_id, right: row.correct === 1, note: row.note, at: row.at, alert }] : [];
      });
    },
  };
}

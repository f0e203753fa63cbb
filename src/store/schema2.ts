import type { Database } from 'better-sqlite3';
import { eventLog } from './events.ts';
import { textIndex } from './textIndex.ts';

/**
 * Version 2. Events are keyed by their start (events.ts says how), so that a range of time is a stretch of the table and of the
 * text index; the text index holds whole words and pairs of Chinese characters instead of trigrams (textIndex.ts).
 */
const TABLES = `
  DROP TRIGGER events_text_insert; DROP TRIGGER events_text_delete; DROP TRIGGER events_text_update;
  DROP TABLE events_text;
  ALTER TABLE events RENAME TO events_1;
  DROP INDEX events_time; DROP INDEX events_camera_time; DROP INDEX events_end; DROP INDEX events_length;

  CREATE TABLE events (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, camera TEXT NOT NULL, text TEXT NOT NULL,
    start_at REAL NOT NULL, end_at REAL NOT NULL, start_uncertainty REAL NOT NULL, end_uncertainty REAL NOT NULL,
    time_source TEXT NOT NULL, phase TEXT NOT NULL, window_id TEXT NOT NULL, model TEXT NOT NULL,
    confidence REAL NOT NULL, sightings INTEGER NOT NULL, detected_at REAL NOT NULL,
    capture_ms REAL NOT NULL, queue_ms REAL NOT NULL, infer_ms REAL NOT NULL, reach INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX events_camera ON events (camera);
  CREATE INDEX events_reach ON events (reach) WHERE reach > 0;

  CREATE TABLE words (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, word TEXT NOT NULL, UNIQUE (kind, word)) STRICT;
  CREATE VIRTUAL TABLE word_parts USING fts5(parts, content='', contentless_delete=1, detail=none, tokenize='ascii');
  CREATE VIRTUAL TABLE events_text USING fts5(words, content='', contentless_delete=1, detail=none, tokenize='ascii');

  ALTER TABLE alerts ADD COLUMN evidence TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE alerts ADD COLUMN verified REAL;
  ALTER TABLE alerts ADD COLUMN snapshot TEXT;
  ALTER TABLE alerts ADD COLUMN clip TEXT;
  CREATE INDEX alerts_camera ON alerts (camera, start_at);
  CREATE INDEX alerts_rule ON alerts (rule_id, happened_at);
  CREATE INDEX alerts_snapshot ON alerts (snapshot) WHERE snapshot IS NOT NULL;
  CREATE INDEX alerts_clip ON alerts (clip) WHERE clip IS NOT NULL;
  -- what an alert rests on is kept as long as the alert
  CREATE TABLE alert_events (event_id TEXT NOT NULL, alert_id TEXT NOT NULL, PRIMARY KEY (event_id, alert_id)) STRICT, WITHOUT ROWID;
  CREATE INDEX alert_events_alert ON alert_events (alert_id);
  INSERT OR IGNORE INTO alert_events SELECT event_id, id FROM alerts WHERE event_id <> '';
  -- files that no alert points to any longer; told ones are forgotten at the next retention
  CREATE TABLE media_gone (file TEXT PRIMARY KEY, told INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;

  CREATE TABLE decisions (
    seq INTEGER PRIMARY KEY, rule_id TEXT NOT NULL, camera TEXT NOT NULL, event_id TEXT, at REAL NOT NULL, decided_at REAL NOT NULL,
    clause TEXT NOT NULL, score REAL, threshold REAL NOT NULL, outcome TEXT NOT NULL, alert_id TEXT, detail TEXT NOT NULL
  ) STRICT;
  CREATE INDEX decisions_time ON decisions (at);
  CREATE INDEX decisions_rule ON decisions (rule_id, at);
  CREATE INDEX decisions_camera ON decisions (camera, at);
  CREATE INDEX decisions_event ON decisions (event_id) WHERE event_id IS NOT NULL;
  CREATE INDEX decisions_alert ON decisions (alert_id) WHERE alert_id IS NOT NULL;

  CREATE TABLE looks (
    seq INTEGER PRIMARY KEY, window_id TEXT NOT NULL, camera TEXT NOT NULL, reason TEXT NOT NULL, from_at REAL NOT NULL,
    to_at REAL NOT NULL, frames INTEGER NOT NULL, answered_at REAL NOT NULL, sightings TEXT NOT NULL
  ) STRICT;
  CREATE INDEX looks_time ON looks (from_at);
  CREATE INDEX looks_camera ON looks (camera, from_at);

  CREATE TABLE rule_state (rule_id TEXT NOT NULL, camera TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (rule_id, camera)) STRICT, WITHOUT ROWID;
  CREATE TABLE feedback (alert_id TEXT PRIMARY KEY, correct INTEGER NOT NULL, note TEXT NOT NULL, at REAL NOT NULL) STRICT, WITHOUT ROWID;
`;

/** Lifts a file from version 1: what it holds stays. */
export function toVersion2(db: Database): void {
  db.exec(TABLES);
  const events = eventLog(db, textIndex(db));
  const rows = db.prepare<[number], { seq: number }>('SELECT *, 0 AS reach FROM events_1 WHERE seq > ? ORDER BY seq LIMIT 1000');
  for (let batch = rows.all(-1); batch.length > 0; batch = rows.all(batch.at(-1)?.seq ?? Infinity)) events.restore(batch);
  db.exec('DROP TABLE events_1');
}

import type { Database } from 'better-sqlite3';
import { LookoutError } from '../errors.ts';
import { toVersion2 } from './schema2.ts';
import { VERSION_3 } from './schema3.ts';

/**
 * The schema's history: entry n lifts the file from version n to n + 1 (`PRAGMA user_version`). An entry that was released is
 * never edited. All times are wall clock, ms since the epoch; REAL, because the camera clocks give fractions.
 */
export const MIGRATIONS: readonly (string | ((db: Database) => void))[] = [
  `
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, camera TEXT NOT NULL, text TEXT NOT NULL,
    start_at REAL NOT NULL, end_at REAL NOT NULL, start_uncertainty REAL NOT NULL, end_uncertainty REAL NOT NULL,
    time_source TEXT NOT NULL, phase TEXT NOT NULL, window_id TEXT NOT NULL, model TEXT NOT NULL,
    confidence REAL NOT NULL, sightings INTEGER NOT NULL, detected_at REAL NOT NULL,
    capture_ms REAL NOT NULL, queue_ms REAL NOT NULL, infer_ms REAL NOT NULL
  ) STRICT;
  CREATE INDEX events_time ON events (start_at);
  CREATE INDEX events_camera_time ON events (camera, start_at);
  CREATE INDEX events_end ON events (end_at);
  -- the longest event bounds how far before a range one has to look for events that reach into it
  CREATE INDEX events_length ON events (end_at - start_at);

  -- trigrams find a word inside a run of Chinese as well as inside English; the text itself stays in events
  CREATE VIRTUAL TABLE events_text USING fts5(text, content='events', content_rowid='seq', tokenize='trigram remove_diacritics 1');
  CREATE TRIGGER events_text_insert AFTER INSERT ON events BEGIN
    INSERT INTO events_text (rowid, text) VALUES (new.seq, new.text);
  END;
  CREATE TRIGGER events_text_delete AFTER DELETE ON events BEGIN
    INSERT INTO events_text (events_text, rowid, text) VALUES ('delete', old.seq, old.text);
  END;
  CREATE TRIGGER events_text_update AFTER UPDATE OF text ON events WHEN old.text IS NOT new.text BEGIN
    INSERT INTO events_text (events_text, rowid, text) VALUES ('delete', old.seq, old.text);
    INSERT INTO events_text (rowid, text) VALUES (new.seq, new.text);
  END;

  -- AUTOINCREMENT: a number is never used twice, so that a late acknowledgement cannot hit another alert
  CREATE TABLE alerts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, phase TEXT NOT NULL, camera TEXT NOT NULL,
    rule_id TEXT NOT NULL, rule_text TEXT NOT NULL, severity TEXT NOT NULL, event_id TEXT NOT NULL, text TEXT NOT NULL,
    score REAL NOT NULL, threshold REAL NOT NULL, clause TEXT NOT NULL,
    start_at REAL NOT NULL, end_at REAL NOT NULL, start_uncertainty REAL NOT NULL, end_uncertainty REAL NOT NULL,
    time_source TEXT NOT NULL, happened_at REAL NOT NULL, detected_at REAL NOT NULL, published_at REAL NOT NULL,
    capture_ms REAL NOT NULL, queue_ms REAL NOT NULL, infer_ms REAL NOT NULL, match_ms REAL NOT NULL, publish_ms REAL NOT NULL,
    delivered INTEGER NOT NULL DEFAULT 0, UNIQUE (id, phase)
  ) STRICT;
  CREATE INDEX alerts_time ON alerts (happened_at);
  CREATE INDEX alerts_event ON alerts (event_id);
  -- what the broker has not acknowledged yet
  CREATE TABLE outbox (seq INTEGER PRIMARY KEY REFERENCES alerts (seq) ON DELETE CASCADE) STRICT;

  CREATE TABLE coverage (
    seq INTEGER PRIMARY KEY, camera TEXT NOT NULL, start_at REAL NOT NULL, end_at REAL, reason TEXT NOT NULL, detail TEXT NOT NULL
  ) STRICT;
  CREATE INDEX coverage_time ON coverage (camera, start_at);
  CREATE UNIQUE INDEX coverage_open ON coverage (camera, reason) WHERE end_at IS NULL;

  CREATE TABLE meta (key TEXT PRIMARY KEY, value REAL NOT NULL) STRICT, WITHOUT ROWID;
  `,
  toVersion2,
  VERSION_3,
];

/** The version that this build writes and reads. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** The version of the file; 0 for a new one. */
export function schemaVersion(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/**
 * Lifts the file to this build's schema; a file that is there already is left alone.
 * @throws LookoutError STORE_OPEN when a newer Lookout wrote it
 */
export function migrate(db: Database): void {
  refuseNewer(db);
  // Immediate: two processes that open a new file at once wait for one another here and do not both create the tables.
  db.transaction(() => {
    for (let version = schemaVersion(db); version < SCHEMA_VERSION; version++) {
      const step = MIGRATIONS[version] ?? '';
      if (typeof step === 'string') db.exec(step);
      else step(db);
      db.pragma(`user_version = ${version + 1}`);
    }
  }).immediate();
}

/** @throws LookoutError STORE_OPEN when the file's schema is newer than this build's */
export function refuseNewer(db: Database): void {
  const version = schemaVersion(db);
  if (version > SCHEMA_VERSION) {
    throw new LookoutError(
      'STORE_OPEN',
      `${db.name} was written by a newer Lookout (schema ${version}, this one knows ${SCHEMA_VERSION}).`,
    );
  }
}

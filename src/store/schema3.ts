/**
 * Version 3. Gaps have an id, by which whoever is told of one twice knows it again; `history` holds what of events and gaps is still to be
 * told to the broker. Its numbers begin with the time (ms), so that a log that has to be begun anew goes on above the one before.
 */
export const VERSION_3 = `
  ALTER TABLE coverage RENAME TO coverage_2;
  DROP INDEX coverage_time; DROP INDEX coverage_open;
  CREATE TABLE coverage (
    seq INTEGER PRIMARY KEY, camera TEXT NOT NULL, start_at REAL NOT NULL, end_at REAL, reason TEXT NOT NULL, detail TEXT NOT NULL,
    id TEXT NOT NULL DEFAULT (lower(hex(randomblob(16))))
  ) STRICT;
  CREATE INDEX coverage_time ON coverage (camera, start_at);
  CREATE UNIQUE INDEX coverage_open ON coverage (camera, reason) WHERE end_at IS NULL;
  INSERT INTO coverage (seq, camera, start_at, end_at, reason, detail) SELECT seq, camera, start_at, end_at, reason, detail FROM coverage_2;
  DROP TABLE coverage_2;

  CREATE TABLE history (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, at REAL NOT NULL, body TEXT NOT NULL) STRICT;
  CREATE INDEX history_time ON history (at);
  INSERT INTO sqlite_sequence (name, seq) VALUES ('history', CAST(unixepoch('subsec') * 1000 AS INTEGER));
`;

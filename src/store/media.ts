import type { Database } from 'better-sqlite3';

/** The files that alerts point to. */
export interface MediaLog {
  /** in all phases of the alert; a file that another takes the place of is told by the next retention */
  set(alertId: string, media: { readonly snapshot?: string; readonly clip?: string }): void;
  /** the `count` oldest alerts with files point to none any longer; returns the files */
  dropOldest(count: number): string[];
  /** those of the files that some alert points to */
  pointed(files: readonly string[]): Set<string>;
}

interface Names { id: string; snapshot: string | null; clip: string | null }

export function mediaLog(db: Database): MediaLog {
  const gone = db.prepare<[Names]>(
    `INSERT OR IGNORE INTO media_gone (file)
       SELECT snapshot FROM alerts WHERE id = @id AND snapshot <> @snapshot UNION SELECT clip FROM alerts WHERE id = @id AND clip <> @clip`,
  );
  const set = db.prepare<[Names]>('UPDATE alerts SET snapshot = coalesce(@snapshot, snapshot), clip = coalesce(@clip, clip) WHERE id = @id');
  // What a person judged is an example: its pictures go last of all, which is never.
  const oldest = db.prepare<[number], string>(
    `SELECT id FROM alerts WHERE (snapshot IS NOT NULL OR clip IS NOT NULL) AND id NOT IN (SELECT alert_id FROM feedback)
       GROUP BY id ORDER BY min(happened_at) LIMIT ?`,
  ).pluck();
  const files = db.prepare<[string, string], string>(
    'SELECT snapshot FROM alerts WHERE id = ? AND snapshot IS NOT NULL UNION SELECT clip FROM alerts WHERE id = ? AND clip IS NOT NULL',
  ).pluck();
  const clear = db.prepare<[string]>('UPDATE alerts SET snapshot = NULL, clip = NULL WHERE id = ?');
  const points = db.prepare<[string, string], number>('SELECT 1 FROM alerts WHERE snapshot = ? OR clip = ? LIMIT 1').pluck();
  return {
    set: (id, { snapshot = null, clip = null }) =>
      db.transaction(() => {
        gone.run({ id, snapshot, clip });
        set.run({ id, snapshot, clip });
      }).immediate(),
    dropOldest: (count) =>
      db.transaction(() =>
        oldest.all(Math.max(0, Math.floor(count))).flatMap((id) => {
          const names = files.all(id, id);
          clear.run(id);
          return names;
        }),
      ).immediate(),
    pointed: (names) => new Set(names.filter((name) => points.get(name, name) !== undefined)),
  };
}

import Database from 'better-sqlite3';
import { createLogger } from '../../src/health/log.ts';
import type { Coverage, Look } from '../../src/record.ts';
import { openStore } from '../../src/store/store.ts';
import type { StoredAlert } from '../../src/store/store.ts';
import type { Event } from '../../src/values.ts';

/** What stands in the log of a daemon. */
export interface DaemonLog {
  readonly alerts: readonly StoredAlert[];
  /** alerts that the broker has not acknowledged */
  readonly waiting: number;
  readonly events: readonly Event[];
  readonly looks: readonly Look[];
  readonly coverage: readonly Coverage[];
  /** the rows of `coverage` as they are told of */
  readonly gaps: readonly { readonly id: string; readonly start: number; readonly end: number | null }[];
}

const MOST = 100_000;

/** Reads a log beside its daemon, or after it. */
export function readLog(path: string): DaemonLog {
  const store = openStore({ path, retentionDays: 0, readOnly: true }, createLogger({ level: 'silent' }));
  const query = { limit: MOST, order: 'asc' } as const;
  try {
    return {
      alerts: store.alerts(query),
      waiting: store.pendingAlerts(MOST).length,
      events: store.events(query),
      looks: store.looks(query),
      coverage: store.coverage(query),
      gaps: gapsOf(path),
    };
  } finally {
    store.close();
  }
}

function gapsOf(path: string): DaemonLog['gaps'] {
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare<[], DaemonLog['gaps'][number]>('SELECT id, start_at AS start, end_at AS "end" FROM coverage').all();
  } finally {
    db.close();
  }
}

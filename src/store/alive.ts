import type { Database } from 'better-sqlite3';
import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';

/** Signs of life. */
export interface Alive {
  mark(at: number): void;
  /** the last sign (ms), or null where there was none */
  at(): number | null;
  close(): void;
}

/** In the log itself a sign is left so often, ms. */
const LOGGED = 60_000;
const BYTES = 20;

/**
 * A sign of life every second would be a page of the write-ahead log each time. A few bytes of a small file beside it are written over
 * instead, which the system keeps in memory and puts on the disk when it likes: a kill loses none of it, and a power cut the last half a
 * minute at most. The log itself has one a minute, should the file get lost.
 */
export function signsOfLife(db: Database, path: string): Alive {
  const file = path === ':memory:' ? undefined : `${path}-alive`;
  const set = db.prepare<[number]>("INSERT OR REPLACE INTO meta VALUES ('alive_at', ?)");
  const get = db.prepare<[], number>("SELECT value FROM meta WHERE key = 'alive_at'").pluck();
  let open: number | undefined;
  let logged: number | undefined;

  const beside = (at: number): boolean => {
    if (file === undefined) return false;
    try {
      open ??= openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
      writeSync(open, `${at}\n`.padStart(BYTES), 0);
      return true;
    } catch {
      return false;
    }
  };
  return {
    mark(at) {
      const kept = beside(at);
      if (kept && logged !== undefined && Math.abs(at - logged) < LOGGED) return;
      set.run(at);
      logged = at;
    },
    at: () => writtenIn(file) ?? get.get() ?? null,
    close() {
      if (open !== undefined) closeSync(open);
      open = undefined;
    },
  };
}

/** What another process writes meanwhile is of this length, too, and so never half of it. */
function writtenIn(file: string | undefined): number | undefined {
  if (file === undefined) return undefined;
  try {
    const text = readFileSync(file, 'latin1').trim();
    return /^\d{1,16}(\.\d+)?$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}

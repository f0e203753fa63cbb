import Database from 'better-sqlite3';
import type { Logger } from '../health/log.ts';
import { durably } from './open.ts';

/** Rows are gathered this long, or until there are so many, and then written in one transaction. */
export const GATHER_MS = 20;
export const GATHER_ROWS = 512;
/** A disk that is slow to confirm is asked less often: writing takes at most a fifth of the time; but rows wait no longer than this, ms. */
const MOST_MS = 250;
/** After a failure, ms. */
const RETRY_MS = 1000;
/** Rows that wait while the disk is full, say; beyond it the oldest are given up. */
export const MOST_WAITING = 20_000;

/**
 * Group commit: a transaction that is forced to the disk takes as long for 500 rows as for one. A crash or a power cut loses at most
 * the rows gathered since the last one. `onRollback` is called where a transaction was undone, `onWritten` after each.
 */
export class Gathered {
  readonly #db: Database.Database;
  readonly #log: Logger;
  readonly #onRollback: () => void;
  readonly #onWritten: () => void;
  #waiting: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #pause = GATHER_MS;
  #failing = false;
  #lost = 0;

  constructor(db: Database.Database, log: Logger, onRollback: () => void, onWritten: () => void = () => undefined) {
    this.#db = db;
    this.#log = log;
    this.#onRollback = onRollback;
    this.#onWritten = onWritten;
  }

  /** `write` runs later, inside a transaction. */
  add(write: () => void): void {
    this.#waiting.push(write);
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift();
      this.#lost += 1;
    }
    if (this.#waiting.length >= GATHER_ROWS && !this.#failing) this.tryFlush();
    else this.#arm(this.#failing ? RETRY_MS : this.#pause);
  }

  /** Writes what is gathered. Throws what the writing threw; the rows stay. */
  flush(): void {
    if (this.#waiting.length > 0) this.#commit(() => undefined);
  }

  /** The same together with `also`, in one transaction; where the gathered rows cannot be written, `also` is tried alone. */
  flushWith<T>(also: () => T): T {
    try {
      return this.#commit(also);
    } catch (error) {
      if (this.#waiting.length === 0) throw error;
      // The promise is the alert; the rows are tried again with the timer.
      return durably(this.#db, also);
    }
  }

  /** For those who want to read: a failure is logged, and tried again only by the timer. */
  tryFlush(): void {
    if (!this.#failing) this.#attempt();
  }

  /** Writes what is gathered, or logs that it is lost. */
  end(): void {
    this.#attempt();
    clearTimeout(this.#timer);
    if (this.#waiting.length > 0) this.#log.error({ rows: this.#waiting.length }, 'the log could not be written to the end: so many entries are lost');
    this.#waiting = [];
  }

  #commit<T>(also: () => T): T {
    const begun = performance.now();
    try {
      const result = durably(this.#db, () => {
        for (const write of this.#waiting) writeOne(write, this.#log);
        return also();
      });
      this.#written(performance.now() - begun);
      return result;
    } catch (error) {
      this.#onRollback();
      throw error;
    }
  }

  #written(took: number): void {
    this.#waiting = [];
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#failing = false;
    if (this.#lost > 0) this.#log.error({ rows: this.#lost }, 'the log can be written again; so many entries were given up meanwhile');
    this.#lost = 0;
    this.#pause = Math.min(MOST_MS, Math.max(GATHER_MS, 4 * took));
    this.#onWritten();
  }

  #attempt(): void {
    try {
      this.flush();
    } catch (error) {
      if (!this.#failing) this.#log.error({ err: error, rows: this.#waiting.length }, 'entries of the log could not be written; they wait and are tried again');
      this.#failing = true;
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#arm(RETRY_MS);
    }
  }

  #arm(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#attempt();
    }, ms);
  }
}

/** A row that cannot be kept as such must not hold up the others for ever: it alone is undone and told. */
function writeOne(write: () => void, log: Logger): void {
  try {
    write();
  } catch (error) {
    if (error instanceof Database.SqliteError && !/^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE)/.test(error.code)) throw error;
    log.error({ err: error }, 'an entry cannot be kept in the log');
  }
}

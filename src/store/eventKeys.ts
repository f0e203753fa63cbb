import type { Database } from 'better-sqlite3';

/** How far an event's key may lie from its start at first, ms; it grows where more events begin at once than have room in it. */
const LEAST_SPREAD = 10_000;
/** Free keys are looked for that often before the spread grows. */
const TRIES = 24;

/** The keys of events. */
export interface EventKeys {
  /** a key that is free, near the start */
  free(start: number): number;
  /** the key is near enough for this start */
  holds(seq: number, start: number): boolean;
  /** no key is farther from its event's start than this, ms */
  spread(): number;
  forget(): void;
}

/**
 * An event's key is the millisecond of its start, or one close by where that is taken: the table and the text index lie in the
 * order of time, and a range of time needs no index of its own. A start that is refined keeps its key as long as it is near.
 */
export function eventKeys(db: Database): EventKeys {
  const taken = db.prepare<[number], number>('SELECT 1 FROM events WHERE seq = ?').pluck();
  const read = db.prepare<[], number>("SELECT value FROM meta WHERE key = 'spread'").pluck();
  const write = db.prepare<[number]>("INSERT OR REPLACE INTO meta VALUES ('spread', ?)");
  let remembered: number | undefined;

  // Asked anew by readers: another process writes.
  const spread = (): number => (remembered = db.readonly ? undefined : (remembered ?? read.get() ?? LEAST_SPREAD)) ?? read.get() ?? LEAST_SPREAD;
  return {
    spread,
    holds: (seq, start) => Math.abs(seq - start) <= spread(),
    forget: () => (remembered = undefined),
    free(start) {
      const wanted = Math.floor(start);
      for (;;) {
        const most = spread() - 1;
        for (let tries = 0; tries < TRIES; tries++) {
          // Ever farther off, by chance: one after the other would be slow where thousands begin at once.
          const off = Math.min(most, tries < 2 ? tries : 2 ** (tries - 1));
          const seq = wanted + (tries < 2 ? off : Math.floor((Math.random() * 2 - 1) * off));
          if (taken.get(seq) === undefined) return seq;
        }
        remembered = spread() * 2;
        write.run(remembered);
      }
    },
  };
}

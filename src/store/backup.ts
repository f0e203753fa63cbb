import Database from 'better-sqlite3';
import { renameSync, rmSync } from 'node:fs';
import { LookoutError } from '../errors.ts';
import { wholeCheck } from './check.ts';

/** Pages that are copied at a time by the daemon itself, which goes on with its work in between. */
const STEP = 1000;
/** More pages than a file can have. */
const ALL = 2 ** 31 - 1;

/**
 * Copies the log while it is written to, and checks the copy. The file appears under its name only when it is whole.
 * @throws LookoutError STORE_WRITE, STORE_CORRUPT
 */
export async function backUp(db: Database.Database, file: string): Promise<void> {
  const partial = `${file}.partial`;
  try {
    rmSync(partial, { force: true });
    // What another connection writes makes a copy in steps begin anew, for ever: a guest copies all at once. What this one writes
    // goes into the copy as well.
    await db.backup(partial, { progress: () => (db.readonly ? ALL : STEP) });
    asOneFile(partial);
    await check(partial);
    renameSync(partial, file);
  } catch (error) {
    for (const end of ['', '-wal', '-shm']) rmSync(partial + end, { force: true });
    if (error instanceof LookoutError) throw error;
    throw new LookoutError('STORE_WRITE', `cannot write a copy to ${file}: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
  }
}

/** Without the write-ahead log that the original has beside it. */
function asOneFile(file: string): void {
  const copy = new Database(file);
  try {
    copy.pragma('journal_mode = DELETE');
    copy.exec("DELETE FROM meta WHERE key = 'running'");
  } finally {
    copy.close();
  }
}

async function check(file: string): Promise<void> {
  const verdict = await new Promise<string>((resolve) => void wholeCheck(file, 'integrity_check', resolve));
  if (verdict !== 'ok') throw new LookoutError('STORE_CORRUPT', `the copy ${verdict === '' ? 'could not be checked' : `is damaged, as the log itself may be: ${verdict}`}.`);
}

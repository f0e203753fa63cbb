import Database from 'better-sqlite3';
import { existsSync, rmSync } from 'node:fs';
import { LookoutError } from '../errors.ts';

/**
 * Copies the log while it is written to, and checks the copy. The file appears under its name only when it is whole.
 * @throws LookoutError STORE_WRITE, STORE_CORRUPT
 */
export async function backUp(db: Database.Database, file: string): Promise<void> {
  const partial = `${file}.partial`;
  try {
    rmSync(partial, { force: true });
    await db.backup(partial);
    check(partial);
  } catch (error) {
    rmSync(partial, { force: true });
    if (error instanceof LookoutError) throw error;
    throw new LookoutError('STORE_WRITE', `cannot write a copy to ${file}: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
  }
  const { renameSync } = await import('node:fs');
  if (existsSync(`${file}-wal`)) rmSync(`${file}-wal`);
  renameSync(partial, file);
}

function check(file: string): void {
  const copy = new Database(file);
  try {
    // A copy is one file: without the write-ahead log that the original has beside it.
    copy.pragma('journal_mode = DELETE');
    const verdict = String(copy.pragma('integrity_check(1)', { simple: true }));
    if (verdict !== 'ok') throw new LookoutError('STORE_CORRUPT', `the copy is damaged, as the log itself may be: ${verdict}.`);
  } finally {
    copy.close();
  }
}

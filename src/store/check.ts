import type { Database } from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants, setPriority } from 'node:os';
import { statSync } from 'node:fs';
import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';

/** Files up to this size are checked whole before they are used, which takes some tenths of a second. */
const SMALL_BYTES = 128 * 2 ** 20;
/** What must be sound for alerts to be kept and delivered: checked in any case. */
const VITAL = ['meta', 'outbox', 'rule_state', 'feedback', 'coverage', 'history'];
/** A large file is checked whole every so often, and after an end that was not orderly, ms. */
const CHECK_EVERY = 7 * 86_400_000;
/** The whole check waits until the start is over. */
const CHECK_AFTER_MS = 20_000;

/**
 * Checks the file as far as a start allows: all of a small one; of a large one that no page is missing, and the tables without
 * which no alert is kept.
 * @throws LookoutError STORE_CORRUPT
 */
export function checkAtStart(db: Database, smallBytes = SMALL_BYTES): void {
  const of = (pragma: string): number => Number(db.pragma(pragma, { simple: true }));
  const bytes = of('page_count') * of('page_size');
  // What the write-ahead log holds is not in the file yet.
  db.pragma('wal_checkpoint(PASSIVE)');
  const onDisk = statSync(db.name, { throwIfNoEntry: false })?.size ?? bytes;
  const inLog = statSync(`${db.name}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (onDisk + inLog < bytes) throw new LookoutError('STORE_CORRUPT', `${db.name}: the file is cut short (${onDisk} of ${bytes} bytes).`);
  for (const what of bytes <= smallBytes ? ['1'] : VITAL) {
    const verdict = String(db.pragma(`quick_check(${what})`, { simple: true }));
    if (verdict !== 'ok') throw new LookoutError('STORE_CORRUPT', `${db.name}: ${verdict}.`);
  }
}

/** CommonJS on its own: starting the compiler for one statement would take longer. */
const SCRIPT = `
  const [driver, file, check] = process.argv.slice(1);
  const db = new (require(driver))(file, { readonly: true });
  process.stdout.write(String(db.pragma(check + '(1)', { simple: true })));`;

/**
 * Checks a large file whole where that is due, in a process of its own at low priority; damage is logged. Returns how to stop it.
 * `unclean`: the last end was not orderly.
 */
export function checkBeside(db: Database, unclean: boolean, log: Logger): () => void {
  const checkedAt = db.prepare<[], number>("SELECT value FROM meta WHERE key = 'checked_at'").pluck().get() ?? 0;
  const bytes = Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }));
  if (db.memory || bytes <= SMALL_BYTES || (!unclean && Date.now() - checkedAt < CHECK_EVERY)) return () => undefined;
  let stop = (): void => undefined;
  const timer = setTimeout(() => {
    stop = wholeCheck(db.name, 'quick_check', (verdict) => {
      if (verdict === '') log.warn('the log could not be checked');
      else if (verdict === 'ok') db.prepare("INSERT OR REPLACE INTO meta VALUES ('checked_at', ?)").run(Date.now());
      else log.error({ code: 'STORE_CORRUPT' }, new LookoutError('STORE_CORRUPT', `${db.name}: ${verdict}.`).message);
    });
  }, CHECK_AFTER_MS);
  timer.unref();
  return () => {
    clearTimeout(timer);
    stop();
  };
}

/** Checks a file in a process of its own. `told` gets SQLite's verdict ('' where there is none), unless the check is stopped. */
export function wholeCheck(file: string, check: 'quick_check' | 'integrity_check', told: (verdict: string) => void): () => void {
  const driver = createRequire(import.meta.url).resolve('better-sqlite3');
  const child = spawn(process.execPath, ['-e', SCRIPT, driver, file, check], { stdio: ['ignore', 'pipe', 'ignore'] });
  let stopped = false;
  let verdict = '';
  child.stdout.on('data', (chunk: Buffer) => (verdict += chunk.toString()));
  // 'close' follows, without a verdict.
  child.on('error', () => undefined);
  child.on('spawn', () => setPriority(child.pid ?? 0, constants.priority.PRIORITY_LOW));
  child.on('close', () => {
    if (!stopped) told(verdict);
  });
  return () => {
    stopped = true;
    child.kill('SIGKILL');
  };
}

import Database from 'better-sqlite3';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { checkAtStart, wholeCheck } from '../../src/store/check.ts';
import { openStore } from '../../src/store/store.ts';
import { alert, event, NOON } from './values.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lookout-check-'));
  path = join(folder, 'lookout.db');
  const store = openStore({ path, retentionDays: 0 }, createLogger({ level: 'silent' }));
  for (let i = 0; i < 3000; i++) store.putEvent(event({ id: `e${i}`, start: NOON + i, end: NOON + i }));
  for (let i = 0; i < 300; i++) store.putCoverage({ camera: `c${i}`, start: NOON, end: NOON + 1, reason: 'offline', detail: 'x'.repeat(200) });
  store.putAlert(alert());
  store.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Overwrites a page that belongs to this table or index. */
function damage(name: string): void {
  const db = new Database(path);
  const page = Number(db.prepare("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' LIMIT 1").pluck().get(name));
  db.close();
  const bytes = readFileSync(path);
  bytes.fill(0xa5, (page - 1) * 4096, page * 4096);
  writeFileSync(path, bytes);
}

const verdictOf = (check: 'quick_check' | 'integrity_check', file = path): Promise<string> => new Promise((resolve) => void wholeCheck(file, check, resolve));

describe('what a start has time for with a large file', () => {
  const atStart = (): void => {
    const db = new Database(path);
    try {
      checkAtStart(db, 0);
    } finally {
      db.close();
    }
  };

  it('finds a sound one sound', () => {
    expect(atStart).not.toThrow();
  });

  it('finds that pages are missing', () => {
    truncateSync(path, Math.floor(statSync(path).size / 2 / 4096) * 4096);
    expect(atStart).toThrow(/malformed|^STORE_CORRUPT: .*the file is cut short/);
  });

  it('finds damage where alerts would be lost by it, and leaves the rest to the check beside the daemon', async () => {
    damage('events');
    expect(atStart).not.toThrow();
    expect(await verdictOf('quick_check')).not.toBe('ok');
    damage('coverage');
    expect(atStart).toThrow(/^STORE_CORRUPT: /);
  });
});

describe('a check in a process of its own', () => {
  it.each(['quick_check', 'integrity_check'] as const)('%s says that a file is sound, and that one is not', async (check) => {
    expect(await verdictOf(check)).toBe('ok');
    damage('events_camera');
    expect(await verdictOf(check)).toMatch(/events_camera|Tree|page/i);
  });

  it('says nothing of a file that it cannot read', async () => {
    expect(await verdictOf('quick_check', join(folder, 'none.db'))).toBe('');
  });

  it('is ended when it is no longer wanted, and says nothing then', async () => {
    let said = false;
    const stop = wholeCheck(path, 'quick_check', () => (said = true));
    stop();
    expect(await verdictOf('quick_check')).toBe('ok');
    expect(said).toBe(false);
  });
});

import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../../src/health/log.ts';
import { openStore } from '../../../src/store/store.ts';
import type { Store } from '../../../src/store/store.ts';
import { chance, happening } from './happenings.ts';

const folder = join(tmpdir(), 'lookout-bench-commit');
const open = (path: string): Store => openStore({ path, retentionDays: 0 }, createLogger({ level: 'warn' }));

/** Rows a second of one way of putting events into a new file; every commit is forced to the disk in both ways. */
function rate(path: string, count: number, each: (store: Store) => void): number {
  for (const end of ['', '-wal', '-shm', '-lock']) rmSync(path + end, { force: true });
  const store = open(path);
  const next = chance(2);
  const events = Array.from({ length: count }, (_, i) => happening(i, count, next));
  const began = performance.now();
  for (const event of events) {
    store.putEvent(event);
    each(store);
  }
  store.flush();
  const perSecond = count / ((performance.now() - began) / 1000);
  store.close();
  rmSync(path, { force: true });
  return perSecond;
}

/** Events a second written as they are gathered, and each by itself; medians of three rounds in turn. */
export function groupCommit(): { grouped: number; single: number } {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'commit.db');
  const rounds = [0, 1, 2].map(() => ({ single: rate(path, 2000, (store) => store.flush()), grouped: rate(path, 20_000, () => undefined) }));
  rmSync(folder, { recursive: true, force: true });
  const median = (of: (round: { grouped: number; single: number }) => number): number => rounds.map(of).sort((a, b) => a - b)[1] ?? Number.NaN;
  return { grouped: median((r) => r.grouped), single: median((r) => r.single) };
}

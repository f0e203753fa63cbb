import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../../src/health/log.ts';
import { openStore } from '../../../src/store/store.ts';
import type { EventQuery, Store } from '../../../src/store/store.ts';
import { WORDS, chance, happening, range } from './happenings.ts';

const log = createLogger({ level: 'warn' });
const folder = join(tmpdir(), 'lookout-bench-store');
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const open = (path: string): Store => openStore({ path, retentionDays: 0 }, log);

/** The log of `count` events, from an earlier run where there is one; one that was broken off goes on where it stopped. */
function filled(count: number, fresh: boolean): { path: string; built: number | null } {
  const path = join(folder, `events-${count}.db`);
  const done = `${path}-done`;
  if (fresh) for (const end of ['', '-wal', '-shm', '-lock', '-done']) rmSync(path + end, { recursive: true, force: true });
  if (existsSync(done)) return { path, built: null };
  mkdirSync(folder, { recursive: true });
  const store = open(path);
  const there = store.stats().events;
  const next = chance(1);
  const began = performance.now();
  for (let i = 0; i < count; i++) {
    const event = happening(i, count, next);
    if (i >= there) store.putEvent(event);
    if (i % 500_000 === 499_999) say(`${(i + 1) / 1e6} million events after ${Math.round((performance.now() - began) / 1000)} s`);
  }
  store.close();
  mkdirSync(done);
  return { path, built: (performance.now() - began) / 1000 };
}

interface Asked { readonly query: EventQuery; readonly ms: number; readonly found: number }

function ask(store: Store, queries: readonly EventQuery[]): Asked[] {
  return queries.map((query) => {
    const began = performance.now();
    const found = store.events(query).length;
    return { query, ms: performance.now() - began, found };
  });
}

function quantile(asked: readonly Asked[], q: number): number {
  const sorted = asked.map((a) => a.ms).sort((a, b) => a - b);
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN).toFixed(3));
}

function report(name: string, asked: readonly Asked[]): void {
  console.log(`${name}: p50 ${quantile(asked, 0.5)} ms, p99 ${quantile(asked, 0.99)} ms, most ${quantile(asked, 1)} ms, ${asked.length} questions`);
  for (const { query, ms, found } of [...asked].sort((a, b) => b.ms - a.ms).slice(0, 5)) say(`  ${ms.toFixed(1)} ms, ${found} found: ${JSON.stringify(query)}`);
}

/** What was asked of the log, and how long it took. */
export interface Questions {
  readonly range: Spread;
  readonly text: Spread;
  readonly details: { readonly events: number; readonly mb: number; readonly build_s: number | null; readonly open_ms: number };
}

/** ms */
interface Spread {
  readonly p50: number;
  readonly p99: number;
}

/** Asks a file of many events, in this process, by time and by words. */
export function measureQuestions({ events: count, queries, fresh, remove }: { events: number; queries: number; fresh: boolean; remove: boolean }): Questions {
  const { path, built } = filled(count, fresh);
  const megabytes = Math.round(statSync(path).size / 2 ** 20);
  const opening = performance.now();
  const store = open(path);
  const openMs = Math.round(performance.now() - opening);
  console.log(`${count} events, ${megabytes} MB, ${built === null ? 'from an earlier run' : `written in ${Math.round(built)} s`}; opened in ${openMs} ms`);
  const next = chance(3);
  const orders = (): Pick<EventQuery, 'order' | 'limit'> => ({ order: next(4) === 0 ? 'asc' : 'desc', limit: next(4) === 0 ? 1000 : 50 });
  const byTime = ask(store, Array.from({ length: queries }, () => ({ ...range(next), ...orders() })));
  report('by time', byTime);
  const words = (): string => WORDS[next(WORDS.length)] ?? '';
  const byText = ask(store, Array.from({ length: queries }, () => ({ ...(next(2) === 0 ? range(next) : {}), ...orders(), text: words() })));
  report('by words', byText);
  store.close();
  if (remove) rmSync(folder, { recursive: true, force: true });
  const spread = (asked: readonly Asked[]): Spread => ({ p50: quantile(asked, 0.5), p99: quantile(asked, 0.99) });
  return { range: spread(byTime), text: spread(byText), details: { events: count, mb: megabytes, build_s: built, open_ms: openMs } };
}

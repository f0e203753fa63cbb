import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LookoutError } from '../../src/errors.ts';
import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import type { EventQuery, Store } from '../../src/store/store.ts';
import { describeMachine } from './machine.ts';
import { WORDS, chance, happening, range } from './store/happenings.ts';

const USAGE = 'npm run bench:store -- [--events n] [--queries n] [--fresh] [--remove] [--json]';

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

function groupCommit(): { grouped: number; single: number } {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'commit.db');
  const rounds = [0, 1, 2].map(() => ({ single: rate(path, 2000, (store) => store.flush()), grouped: rate(path, 20_000, () => undefined) }));
  const median = (of: (round: { grouped: number; single: number }) => number): number => rounds.map(of).sort((a, b) => a - b)[1] ?? Number.NaN;
  return { grouped: median((r) => r.grouped), single: median((r) => r.single) };
}

/** Measures the log on a file of many events, in this process: questions by time and by words, and what group commit brings. */
function main(): void {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({ options: { events: text, queries: text, fresh: flag, remove: flag, json: flag } });
  const [count, queries] = [Number(values.events ?? 10_000_000), Number(values.queries ?? 2000)];
  if (!(count >= 1 && queries >= 1)) throw new LookoutError('USAGE', USAGE);
  const { onnxruntime: _, python: __, ...machine } = describeMachine(undefined);
  console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.memory_gib} GiB; Node ${machine.node}; load before: ${machine.load}`);

  const commits = groupCommit();
  console.log(`group commit: ${Math.round(commits.grouped)} events/s; row by row: ${Math.round(commits.single)} events/s`);
  const { path, built } = filled(count, values.fresh ?? false);
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
  if (values.remove) rmSync(folder, { recursive: true, force: true });
  if (!values.json) return;
  const details = { events: count, mb: megabytes, build_s: built, open_ms: openMs, grouped_per_s: commits.grouped, row_by_row_per_s: commits.single, range_query_p50_ms: quantile(byTime, 0.5), text_query_p50_ms: quantile(byText, 0.5) };
  console.log(JSON.stringify({ group_commit_vs_rows: Number((commits.grouped / commits.single).toFixed(2)), range_query_p99_ms: quantile(byTime, 0.99), text_query_p99_ms: quantile(byText, 0.99), machine, details }));
}

main();

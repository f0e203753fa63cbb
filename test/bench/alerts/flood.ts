import { connectAsync } from 'mqtt';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { alertPayload } from '../../../src/alerts/payload.ts';
import { startPublisher } from '../../../src/alerts/publisher.ts';
import { createLogger } from '../../../src/health/log.ts';
import { openStore } from '../../../src/store/store.ts';
import type { Alert } from '../../../src/values.ts';
import { alert } from '../../store/values.ts';

// A process that makes alerts at a steady rate and publishes them: through the log and its outbox, or straight to the broker. At its
// end it sends its parent when each alert was made and when it was committed (or handed over), ms of the machine's monotonic clock.

export interface FloodOptions {
  readonly url: string;
  readonly rate: number;
  readonly seconds: number;
  readonly way: 'outbox' | 'naive';
}

export interface FloodReport {
  readonly made: readonly number[];
  readonly committed: readonly number[];
  /** how many were committed together, on average */
  readonly together: number;
}

/** Ms since some moment, the same one in all processes of the machine. */
export function clock(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Calls `give` with the numbers of the alerts that are due, in order, until all are. */
async function atRate({ rate, seconds }: FloodOptions, give: (from: number, to: number) => void): Promise<void> {
  const start = clock();
  const all = rate * seconds;
  for (let given = 0; given < all; await sleep(1)) {
    const due = Math.min(all, Math.floor(((clock() - start) / 1000) * rate));
    if (due > given) give(given, due);
    given = due;
  }
}

function numbered(number: number): Alert {
  return alert({ id: `n${number}`, eventId: `e${number}`, happenedAt: Date.now(), detectedAt: Date.now(), publishedAt: Date.now() });
}

async function throughOutbox(opts: FloodOptions): Promise<FloodReport> {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-flood-'));
  const log = createLogger({ level: 'error' });
  const store = openStore({ path: join(folder, 'lookout.db'), retentionDays: 7 }, log);
  const abort = new AbortController();
  const out = startPublisher({ url: opts.url, prefix: 'lookout', clientId: 'flood' }, store, abort.signal, log);
  await new Promise<void>((resolve) => void out.state$.subscribe((state) => state === 'connected' && resolve()));
  const made: number[] = [];
  const committed: number[] = [];
  let commits = 0;
  await atRate(opts, (from, to) => {
    const now = clock();
    const list = Array.from({ length: to - from }, (_, i) => numbered(from + i));
    store.putAlerts(list);
    const then = clock();
    out.notify();
    commits += 1;
    for (let i = from; i < to; i++) {
      made.push(now);
      committed.push(then);
    }
  });
  await out.flush(10_000);
  abort.abort();
  await out.stopped;
  store.close();
  rmSync(folder, { recursive: true });
  return { made, committed, together: made.length / commits };
}

async function naively(opts: FloodOptions): Promise<FloodReport> {
  const client = await connectAsync(opts.url, { protocolVersion: 5 });
  const made: number[] = [];
  let turns = 0;
  await atRate(opts, (from, to) => {
    turns += 1;
    for (let i = from; i < to; i++) {
      made.push(clock());
      client.publish('lookout/hall/alert', JSON.stringify(alertPayload(numbered(i), Date.now())), { qos: 1 });
    }
  });
  await client.endAsync();
  return { made, committed: made, together: made.length / turns };
}

if (process.send) {
  process.once('message', (opts: FloodOptions) => {
    void (opts.way === 'outbox' ? throughOutbox(opts) : naively(opts)).then((report) => process.send?.(report, () => process.disconnect()));
  });
}

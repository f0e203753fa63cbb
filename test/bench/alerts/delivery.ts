import { connectAsync } from 'mqtt';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mosquitto } from '../../alerts/mosquitto.ts';
import { clock } from './flood.ts';
import type { FloodOptions, FloodReport } from './flood.ts';

/** Ms between two moments of each alert. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface Delivery {
  readonly alerts: number;
  /** alerts that never came, and messages beyond the first of each */
  readonly lost: number;
  readonly repeated: number;
  /** from the commit (or the hand-over, without a log) to the subscriber's having it */
  readonly fromCommit: Spread;
  /** from the alert's making, so that the wait for the disk counts as well */
  readonly fromMaking: Spread;
  /** alerts committed at once */
  readonly together: number;
}

/**
 * Floods a real mosquitto (its defaults) from a process of its own and hears it from here, another client.
 * @param rate alerts a second
 */
export async function measureDelivery(way: FloodOptions['way'], rate: number, seconds: number): Promise<Delivery> {
  const broker = await mosquitto('allow_anonymous true', {}, 'default');
  await broker.start();
  const client = await connectAsync(broker.url);
  const arrived = new Map<number, number>();
  let repeated = 0;
  client.on('message', (_, payload) => {
    const at = clock();
    // Only the id is looked for: to read all of it is not what is measured.
    const number = Number(/"id":"n(\d+)"/.exec(payload.toString('latin1', 0, 40))?.[1]);
    if (arrived.has(number)) repeated += 1;
    else arrived.set(number, at);
  });
  await client.subscribeAsync('lookout/+/alert', { qos: 1 });
  try {
    const report = await flood({ url: broker.url, way, rate, seconds });
    for (let waited = 0; arrived.size < report.made.length && waited < 100; waited++) await sleep(50);
    return evaluated(report, arrived, repeated);
  } finally {
    await client.endAsync(true);
    await broker.remove();
  }
}

async function flood(opts: FloodOptions): Promise<FloodReport> {
  const child = fork(join(import.meta.dirname, 'flood.ts'), { execArgv: ['--import', 'tsx'], serialization: 'advanced' });
  child.send(opts);
  const [report] = (await once(child, 'message')) as [FloodReport];
  return report;
}

function evaluated({ made, committed, together }: FloodReport, arrived: ReadonlyMap<number, number>, repeated: number): Delivery {
  const spans = (from: readonly number[]): Spread => spread(from.flatMap((at, number) => (arrived.has(number) ? [(arrived.get(number) ?? 0) - at] : [])));
  return { alerts: made.length, lost: made.length - arrived.size, repeated, fromCommit: spans(committed), fromMaking: spans(made), together };
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

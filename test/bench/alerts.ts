import { loadavg } from 'node:os';
import { measureDelivery } from './alerts/delivery.ts';
import type { Delivery, Spread } from './alerts/delivery.ts';

// npm run bench:alerts: how long an alert takes from its commit to a subscriber of a real mosquitto, at 1,000 alerts a second for
// 30 s, and beside it the same without the log: publish and hope. `--rate`, `--seconds`; `--json` ends with one line of figures.

const value = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const rate = value('rate', 1000);
const seconds = value('seconds', 30);
const ours = await measureDelivery('outbox', rate, seconds);
const naive = await measureDelivery('naive', rate, seconds);

const cell = ({ p50, p99, max }: Spread): string => `${p50.toFixed(2)} / ${p99.toFixed(2)} / ${max.toFixed(1)}`;
const row = (name: string, { fromCommit, fromMaking, lost, repeated }: Delivery): string => `| ${name} | ${cell(fromCommit)} | ${cell(fromMaking)} | ${lost} | ${repeated} |`;
process.stdout.write(`${[
  `${rate} alerts/s for ${seconds} s, ms as p50 / p99 / max; load ${loadavg()[0]?.toFixed(1)}; ${ours.together.toFixed(1)} alerts in a commit, each forced to the disk`,
  '| | commit → subscriber | made → subscriber | lost | repeated |',
  '|---|---|---|---|---|',
  row('through the outbox', ours),
  row('published without one', naive),
].join('\n')}\n`);
if (process.argv.includes('--json')) {
  const figures = {
    commit_to_subscriber_p99_ms: ours.fromCommit.p99, commit_to_subscriber_p50_ms: ours.fromCommit.p50, commit_to_subscriber_max_ms: ours.fromCommit.max,
    deliver_p99_ms: ours.fromCommit.p99, made_to_subscriber_p99_ms: ours.fromMaking.p99, naive_p99_ms: naive.fromCommit.p99, rate, seconds, lost: ours.lost,
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

import { parseArgs } from 'node:util';
import { LookoutError } from '../../src/errors.ts';
import { measureDelivery } from './alerts/delivery.ts';
import type { Delivery, Spread } from './alerts/delivery.ts';
import { describeMachine } from './machine.ts';
import { groupCommit } from './store/commit.ts';
import { measureQuestions } from './store/questions.ts';

/**
 * npm run bench:log: what the log takes and answers, and how fast an alert is delivered: group commit against row by row, questions by
 * time and by words to a file of ten million events (kept in the temporary folder for the next run), and the way from an alert's commit
 * to a subscriber of a real mosquitto beside publishing without a log. `--json` ends with one line of figures.
 */
const USAGE = 'npm run bench:log -- [--only commit,questions,delivery] [--events n] [--queries n] [--fresh] [--remove] [--rate n] [--seconds n] [--json]';
const PARTS = ['commit', 'questions', 'delivery'];

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({ options: { only: text, events: text, queries: text, rate: text, seconds: text, fresh: flag, remove: flag, json: flag } });
const parts = values.only?.split(',') ?? PARTS;
const [events, queries, rate, seconds] = [Number(values.events ?? 10_000_000), Number(values.queries ?? 2000), Number(values.rate ?? 1000), Number(values.seconds ?? 30)];
if (![events, queries, rate, seconds].every((n) => n >= 1) || !parts.every((part) => PARTS.includes(part))) throw new LookoutError('USAGE', USAGE);

const { onnxruntime: _, python: __, ...machine } = describeMachine(undefined);
console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.memory_gib} GiB; Node ${machine.node}; load before: ${machine.load}`);

const commits = parts.includes('commit') ? groupCommit() : undefined;
if (commits) console.log(`group commit: ${Math.round(commits.grouped)} events/s; row by row: ${Math.round(commits.single)} events/s`);
const asked = parts.includes('questions') ? measureQuestions({ events, queries, fresh: values.fresh, remove: values.remove }) : undefined;
const delivered = parts.includes('delivery') ? { ours: await measureDelivery('outbox', rate, seconds), naive: await measureDelivery('naive', rate, seconds) } : undefined;
if (delivered) tellDelivery(delivered.ours, delivered.naive);

if (values.json) {
  const digits = (value: number | undefined): number | null => (value === undefined ? null : Number(value.toPrecision(4)));
  console.log(
    JSON.stringify({
      group_commit_vs_row: digits(commits && commits.grouped / commits.single),
      range_p99_ms: digits(asked?.range.p99),
      text_p99_ms: digits(asked?.text.p99),
      deliver_p99_ms: digits(delivered?.ours.fromCommit.p99),
      naive_deliver_p99_ms: digits(delivered?.naive.fromCommit.p99),
      machine,
      details: { commits, asked, delivered },
    }),
  );
}

function tellDelivery(ours: Delivery, naive: Delivery): void {
  const cell = ({ p50, p99, max }: Spread): string => `${p50.toFixed(2)} / ${p99.toFixed(2)} / ${max.toFixed(1)}`;
  const row = (name: string, { fromCommit, fromMaking, lost, repeated }: Delivery): string => `| ${name} | ${cell(fromCommit)} | ${cell(fromMaking)} | ${lost} | ${repeated} |`;
  console.log(`${rate} alerts/s for ${seconds} s, ms as p50 / p99 / max; ${ours.together.toFixed(1)} alerts in a commit, each forced to the disk`);
  console.log('| | commit → subscriber | made → subscriber | lost | repeated |\n|---|---|---|---|---|');
  console.log(row('through the outbox', ours));
  console.log(row('published without one', naive));
}

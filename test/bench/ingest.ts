import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { LookoutError } from '../../src/errors.ts';
import { clipFolder } from './ingest/bench.ts';
import type { Bench, Figure, Section } from './ingest/bench.ts';
import { measureClock } from './ingest/clock.ts';
import { measureCpu } from './ingest/cpu.ts';
import { measureMany } from './ingest/many.ts';
import { measureRecall } from './ingest/recall.ts';
import { measureTokens } from './ingest/tokens.ts';
import { describeMachine } from './machine.ts';

const USAGE = 'npm run bench:ingest -- [--only cpu,recall,tokens,clock,many] [--seconds n] [--cameras n] [--footage FILE.mp4] [--json]';

const SECTIONS: Readonly<Record<string, Section>> = { cpu: measureCpu, recall: measureRecall, tokens: measureTokens, clock: measureClock, many: measureMany };
/** The figures that the last line holds in any case; null where they were not measured. */
const ALWAYS = ['idle_cpu_vs_full', 'event_recall_gated_vs_full', 'visual_tokens_vs_fixed', 'clock_p99_ms_clean', 'clock_p99_ms_congested', 'uncertainty_coverage'];

/**
 * Measures the cameras' side against what else there is, on the same streams in the same run: what watching costs, what the gate
 * misses, how many visual tokens are left, how true the times are, how many cameras a machine watches. Asserts nothing. Footage is
 * made by the benchmark and kept in the system's temporary folder for the next run. A section that fails is told, and leaves its
 * figures out; the exit status is then 1.
 */
async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { only: text, seconds: text, cameras: text, footage: text, json: { type: 'boolean' } } });
  const names = values.only?.split(',') ?? Object.keys(SECTIONS);
  const [seconds, cameras] = [values.seconds, values.cameras].map((value) => (value === undefined ? undefined : Number(value)));
  const wrong = names.some((name) => !Object.hasOwn(SECTIONS, name)) || [seconds, cameras].some((n) => n !== undefined && !(n > 0));
  if (wrong || (values.footage !== undefined && !existsSync(values.footage))) throw new LookoutError('USAGE', USAGE);

  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort());
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const { onnxruntime: _, python: __, ...machine } = describeMachine(undefined);
  console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.memory_gib} GiB, ${machine.system}; Node ${machine.node}; load before: ${machine.load}`);
  const figures: Record<string, Figure> = Object.fromEntries(ALWAYS.map((name) => [name, null]));
  const details: Record<string, unknown> = {};
  const setting = { signal: interrupted.signal, folder: clipFolder(), seconds, cameras: cameras ?? 100, footage: values.footage, say };

  for (const name of names) {
    const section = SECTIONS[name];
    if (!section || interrupted.signal.aborted) continue;
    const began = performance.now();
    try {
      const found = await inOrder(setting, section);
      Object.assign(figures, found.figures);
      details[name] = { ...found.details, seconds: Math.round((performance.now() - began) / 1000) };
      console.log(`\n${found.lines.join('\n')}`);
    } catch (error) {
      process.exitCode = 1;
      say(interrupted.signal.aborted ? `${name}: interrupted` : `${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  if (values.json) console.log(JSON.stringify({ ...figures, machine, details }));
  process.exit();
}

/** Runs a section and ends whatever it leaves behind, the last one first. */
async function inOrder(setting: Omit<Bench, 'defer'>, section: Section): Promise<Awaited<ReturnType<Section>>> {
  const left: (() => unknown)[] = [];
  try {
    return await section({ ...setting, defer: (stop) => void left.push(stop) });
  } finally {
    for (const stop of left.reverse()) await stop();
  }
}

await main();

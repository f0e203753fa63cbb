/**
 * What the clock makes of simulated cameras, over many seeds: p99 of its error (ms) in all frames from a moment on, in the worst
 * run, the share of frames outside the uncertainty that it tells (%), and the median of that. `tsx test/bench/clockSimulated.ts [seeds]`
 */
import { after, outside, p99, simulate } from '../ingest/clock/simulation.ts';
import type { Simulated, Told } from '../ingest/clock/simulation.ts';

const seeds = Number(process.argv[2] ?? 20);
const step = (ms: number) => (at: number) => (at < 60_000 ? 0 : ms);
const late = { late: 600, prompt: 0.25, delay: 60, jitter: 5 };
const cases: Record<string, { readonly sim: Simulated; readonly from: number }> = {};
for (const every of [1000, 2000, 5000]) {
  cases[`prompt reports every ${every} ms`] = { sim: { seconds: 120, every, drift: 20, jitter: 3 }, from: every };
  cases[`… every ${every} ms, 500 ppm`] = { sim: { seconds: 120, every, drift: 500, jitter: 3 }, from: every };
  cases[`… every ${every} ms, stamps jump 2 s`] = { sim: { seconds: 120, every, drift: 20, jitter: 3, jumped: step(2000) }, from: 70_000 };
  cases[`… every ${every} ms, camera's clock set back 2 s`] = { sim: { seconds: 120, every, drift: 20, jitter: 3, ahead: step(-2000) }, from: 70_000 };
  cases[`late reports every ${every} ms`] = { sim: { seconds: 240, every, drift: 20, ...late }, from: 60_000 };
  cases[`… every ${every} ms, late packets`] = { sim: { seconds: 240, every, drift: 20, ...late, delay: 300, jitter: 100, stalls: { every: 5000, length: 600 } }, from: 60_000 };
}
cases['no reports, jitter'] = { sim: { seconds: 120, drift: 20, delay: 100, jitter: 20 }, from: 0 };
cases['no reports, stalls'] = { sim: { seconds: 120, drift: 20, delay: 100, jitter: 150, stalls: { every: 5000, length: 1500 } }, from: 0 };

const rows = Object.entries(cases).map(([name, { sim, from }]) => {
  const runs = Array.from({ length: seeds }, (_, i) => simulate({ ...sim, seed: i + 1 }).told);
  const all: Told[] = runs.flatMap((told) => [...told]);
  const widths = all.map(({ uncertainty }) => uncertainty).toSorted((a, b) => a - b);
  return {
    name,
    p99: p99(after(all, from)).toFixed(2),
    'worst run': Math.max(...runs.map((told) => p99(after(told, from)))).toFixed(2),
    'outside %': ((100 * outside(all)) / all.length).toFixed(3),
    uncertainty: Math.round(widths[widths.length >> 1] ?? Number.NaN),
  };
});
console.table(rows);

import { readFileSync } from 'node:fs';
import { measureHop } from './hop.ts';
import { measureKvTax } from './kvTax.ts';
import { measureLag } from './lag.ts';
import { measureQuantise } from './quantise.ts';
import { measureRules } from './rules.ts';
import { measureSpeed } from './speed.ts';
import type { Measure, Measured, Task } from './task.ts';

const MEASURES: Record<Measure, (task: Task) => Promise<unknown>> = {
  speed: measureSpeed,
  hop: measureHop,
  rules: measureRules,
  lag: measureLag,
  kvTax: measureKvTax,
  quantise: measureQuantise,
};

process.once('message', (message) => {
  const task = message as Task;
  MEASURES[task.measure](task).then(
    (result) => {
      const measured: Measured<unknown> = { result, peakMb: process.resourceUsage().maxRSS / 1024, anonymousMb: anonymousMb() };
      process.send?.(measured, () => process.disconnect());
    },
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

/** RssAnon of Linux's /proc: what is left when pages that files can give again are left out. */
function anonymousMb(): number {
  if (process.platform !== 'linux') return Number.NaN;
  const line = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return line ? Number(line[1]) / 1024 : Number.NaN;
}

import { test } from 'vitest';
import { expectToHold, growth, middle, outage } from '../engine/outage.ts';
import type { Outcome } from '../engine/outage.ts';

function print(run: Outcome): void {
  const { before, phases, after, ...rest } = run;
  const brief = [before, ...phases, after].map(({ name, answered, byTheOther }) => ({ name, answered, byTheOther }));
  process.stdout.write(`${JSON.stringify({ ...rest, phases: brief, growth: { live: growth(run, 'live', middle), rss: growth(run, 'rss', Math.max) } })}\n`);
}

test.each([true, false])('minutes of an engine that is ten times too slow, and then hangs (another beside it: %s)', async (other) => {
  const plan = { scale: 1, cameras: 12, warmUp: 30, seconds: 60, other };
  const run = await outage(plan);
  print(run);
  expectToHold(run, plan);
});

import { test } from 'vitest';
import { expectToHold, outage } from './outage.ts';

/** Time runs faster than life here; `npm run test:soak` takes its time. */
const PLAN = { scale: 0.2, cameras: 6, warmUp: 16, seconds: 24 };

test.concurrent('beside an engine that is ten times too slow, then hangs, another sees to the cameras', async () => {
  const plan = { ...PLAN, other: true };
  expectToHold(await outage(plan), plan);
});

test.concurrent('alone, it costs looks and neither memory nor time, and what nobody saw is told', async ({ expect }) => {
  const plan = { ...PLAN, other: false };
  const run = await outage(plan);
  expectToHold(run, plan);
  expect(run.reasons.model).toBeGreaterThan(0);
  // told once, and not with every window
  expect(run.warnings).toBeLessThanOrEqual(3);
});

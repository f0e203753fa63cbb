import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runEvaluation } from '../../src/eval/evaluate.ts';
import { createLogger } from '../../src/health/log.ts';

/**
 * The demo checkpoint on a handful of held-out scenes. Its figures are those of `lookout eval --scenes 200` (see its model
 * card); the bounds here are wide, so that they tell a broken pipeline from a working one and not one scene from another.
 */
test('the demo checkpoint sees what happens, when, and which rule it satisfies', async () => {
  const dir = fileURLToPath(new URL('../../models/demo', import.meta.url));
  const report = await runEvaluation(
    { source: { scenes: 4, seed: 11 }, model: { dir, device: 'cpu', memoryMb: 2048 }, jobs: 2 },
    new AbortController().signal,
    createLogger({ level: 'silent' }),
  );
  expect(report.events.labelled).toBeGreaterThan(7);
  expect(report.events.recall).toBeGreaterThan(0.6);
  expect(report.events.precision).toBeGreaterThan(0.6);
  expect(report.events.onsetError.median).toBeLessThan(0.6);
  expect(report.rules?.f1).toBeGreaterThan(0.5);
  expect(report.matching?.en.f1).toBeGreaterThan(0.8);
}, 240_000);

import { test } from 'vitest';
import { expectToHold, growth, overload } from '../infer/overload.ts';

test('two minutes of a model that is ten times too slow cost looks, and neither memory nor time', async () => {
  const run = await overload({ scale: 1, warmUp: 20, seconds: 120 });
  process.stdout.write(`${JSON.stringify({ ...run, before: undefined, under: undefined, growth: { live: growth(run, 'live'), rss: growth(run, 'rss') } })}\n`);
  expectToHold(run);
});

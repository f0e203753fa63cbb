import { test } from 'vitest';
import { expectToHold, overload } from './overload.ts';

/** Time runs ten times as fast as life here; `npm run test:soak` takes its time. */
test('a model that is ten times too slow costs looks, and neither memory nor time', async () => {
  expectToHold(await overload({ scale: 0.1, warmUp: 20, seconds: 50 }));
});

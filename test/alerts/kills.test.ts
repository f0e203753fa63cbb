import { expect, it } from 'vitest';
import { survive } from '../soak/kills.ts';

// A few of the hundreds of deaths of `npm run test:soak`.
it.each(['always', 'never'] as const)('loses no committed alert when daemon and broker are killed, with sessions that are saved %s', async (saving) => {
  const found = await survive({ saving, brokerKills: 3, daemonKills: 2, life: 1500 });
  expect(found.committed).toBeGreaterThan(0);
  expect({ ...found, committed: 0, repeated: 0, ready: [] }).toEqual({ committed: 0, repeated: 0, ready: [], missing: [], forgotten: [], damage: [], faults: [], disordered: 0 });
});

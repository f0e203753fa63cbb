import { expect, it } from 'vitest';
import { survive } from './kills.ts';

// LOOKOUT_BROKER_KILLS and LOOKOUT_DAEMON_KILLS: how often each is killed; by default as often as it takes to be believed.
const times = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);

it.each(['always', 'default', 'never'] as const)('every committed alert arrives, whoever is killed, with a broker that saves its sessions: %s', { timeout: 3_600_000 }, async (saving) => {
  const share = saving === 'always' ? 1 : 0.2;
  const found = await survive({
    saving, brokerKills: Math.ceil(times('LOOKOUT_BROKER_KILLS', 200) * share), daemonKills: Math.ceil(times('LOOKOUT_DAEMON_KILLS', 500) * share),
  });
  const ready = [...found.ready].sort((a, b) => a - b);
  const [p99 = 0, most = 0] = [ready[Math.floor(ready.length * 0.99)], ready.at(-1)];
  process.stdout.write(`${JSON.stringify({ saving, committed: found.committed, missing: found.missing.length, repeated: found.repeated, disordered: found.disordered, ready_p99_ms: Math.round(p99), ready_max_ms: Math.round(most) })}\n`);
  expect(found.missing).toEqual([]);
  expect(found.forgotten).toEqual([]);
  expect(found.damage).toEqual([]);
  expect(found.faults).toEqual([]);
  expect(most).toBeLessThanOrEqual(3000);
});

import { expect, test } from 'vitest';
import { ownerOf } from '../../src/fleet/shard.ts';
import { DAEMONS, gather } from './fleet.ts';
import { judgeAlerts } from './judgeAlerts.ts';
import { type Compared, judgeCoverage } from './judgeCoverage.ts';
import { judgeHistory } from './judgeHistory.ts';
import { readLog } from './logs.ts';
import { play } from './scenario.ts';
import { tableOf } from './table.ts';

/** Within this Coverage is as it truly was, ms. */
const CLOSE = 2000;

const say = (line: string): void => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
const far = (list: readonly Compared[]): readonly Compared[] => list.filter(({ startOff, endOff }) => !(Math.abs(startOff) <= CLOSE && Math.abs(endOff) <= CLOSE));

test('three daemons, an engine and a broker of which each goes away once: no alert is lost or told twice, and gaps are what was not watched', async () => {
  const fleet = await gather();
  const course = await play(fleet, say);
  const logs = new Map(fleet.daemons.map(({ name, store }) => [name, readLog(store)]));
  const all = [...logs.values()];
  const alerts = judgeAlerts(all, fleet.consumer, fleet.filmed, course);
  const coverage = judgeCoverage(logs, fleet.filmed, course);
  const history = judgeHistory(all, fleet.consumer);
  process.stderr.write(`${tableOf({ course, alerts, coverage, history, logs, repeated: fleet.consumer.repeated }).join('\n')}\n`);

  expect(alerts.committed).toBeGreaterThan(20);
  expect({ lost: alerts.lost, unknown: alerts.unknown, stale: alerts.stale, waiting: alerts.waiting }).toEqual({ lost: [], unknown: [], stale: [], waiting: 0 });
  expect(alerts.twice).toEqual([]);

  expect(coverage.killed.map(({ gaps }) => gaps)).toEqual(coverage.killed.map(() => 1));
  expect(far(coverage.killed)).toEqual([]);
  expect(far(coverage.engine)).toEqual([]);
  expect({ broker: coverage.broker, bystanders: coverage.bystanders, other: coverage.other }).toEqual({ broker: [], bystanders: [], other: [] });
  expect([...coverage.untoldOutage, ...coverage.overtold].filter(({ start, end }) => end - start > CLOSE)).toEqual([]);

  const owners = fleet.daemons.map((_, n) => fleet.filmed.ids.filter((id) => ownerOf(id, DAEMONS) === n + 1));
  expect(all.map(({ looks }) => [...new Set(looks.map(({ camera }) => camera))].toSorted())).toEqual(owners);
  expect([...course.clients.values()]).toEqual(fleet.filmed.ids.map(() => 1));
  expect(history.missing).toEqual([]);
});

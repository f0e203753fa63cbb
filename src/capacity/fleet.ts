import { capacityOf } from './capacity.ts';
import { busyOf, isUnknown, short, sum, textTime, windowMs } from './demand.ts';
import type { Plan } from './demand.ts';
import { valueOf } from './figures.ts';
import { resourcesOf } from './resources.ts';

/** Of an engine's time, a broker's messages and a disk's writing, so much is planned with: one of several may be away. */
const PLANNED = 0.7;
const MOST = 1_000_000_000;

/** One thing that a fleet needs, and how that was reckoned. `count` is undefined where figures lack. */
export interface Need {
  readonly what: 'daemons' | 'engines' | 'brokers' | 'disks' | 'network';
  readonly count: number | undefined;
  readonly unit: string;
  readonly how: string;
}

export interface Fleet {
  readonly cameras: number;
  readonly needs: readonly Need[];
}

/** What so many cameras need, where daemons are machines like this one and the model runs in engines of its own. */
export function fleetOf(plan: Plan, cameras: number): Fleet {
  const apart: Plan = { ...plan, model: 'none' };
  const daemon = capacityOf(apart);
  const each = daemon.cameras;
  const daemons = each === undefined || each === 0 ? undefined : Math.ceil(cameras / each);
  const how = each === undefined ? 'not known what a machine carries' : each === 0 ? `a machine like this carries none: ${daemon.first ?? ''}` : `${short(cameras)} cameras / ${short(each)} that a machine like this watches without the model (${daemon.first ?? 'no end in sight'})`;
  return { cameras, needs: [{ what: 'daemons', count: daemons, unit: 'machines', how }, engines(plan, cameras), brokers(plan, cameras), disks(plan, cameras), network(plan, cameras)] };
}

function engines(plan: Plan, cameras: number): Need {
  const need = { what: 'engines' as const, unit: 'engines' };
  const busy = busyOf(plan, cameras);
  const windows = busy.windows + busy.looks;
  // an engine works beside nobody, and keeps the keys and values of as many cameras as it is given
  const alone = windowMs({ ...plan, figures: { ...plan.figures, camera_asleep_cores: undefined, camera_active_cores: undefined, model_streams: undefined } }, busy);
  const engine = valueOf(plan.figures, 'engine_windows_s') ?? (isUnknown(alone) ? undefined : 1000 / alone.value);
  if (!engine) return { ...need, count: undefined, how: 'no windows a second of an engine known: --measure, or --set engine_windows_s=…' };
  const texts = textTime(plan, busy, 1000 / engine)?.value ?? 0;
  const from = valueOf(plan.figures, 'engine_windows_s') === undefined ? ', as the model on this machine' : '';
  return { ...need, count: Math.ceil((windows / engine + texts) / PLANNED), how: `(${short(windows)} windows a second, ${short(busy.active)} cameras being active at once, / ${short(engine)} windows a second of an engine${from}${texts > 0 ? `, + ${short(texts)} for texts` : ''}) / ${PLANNED}` };
}

function brokers(plan: Plan, cameras: number): Need {
  const need = { what: 'brokers' as const, unit: 'brokers' };
  const each = valueOf(plan.figures, 'broker_messages_s');
  const broker = resourcesOf(plan, cameras).find(({ name }) => name === 'broker');
  if (!each || !broker || broker.takes.some(isUnknown)) return { ...need, count: undefined, how: 'not known what a broker takes' };
  const messages = sum(broker.takes);
  return { ...need, count: Math.max(1, Math.ceil(messages / (each * PLANNED))), how: `${short(messages)} messages a second / (${short(each)} of a broker × ${PLANNED})` };
}

function disks(plan: Plan, cameras: number): Need {
  const need = { what: 'disks' as const, unit: 'disks' };
  const all = resourcesOf({ ...plan, maxMb: MOST }, cameras);
  const gb = sum(all.find(({ name }) => name === 'disk space')?.takes ?? []);
  const mb = sum(all.find(({ name }) => name === 'disk writes')?.takes ?? []);
  const [size, rate] = [valueOf(plan.figures, 'disk_tb'), valueOf(plan.figures, 'disk_write_mb_s')];
  if (!size || !rate) return { ...need, count: undefined, how: 'not known what a disk holds and writes' };
  const count = Math.max(Math.ceil(gb / (1000 * size * 0.9)), Math.ceil(mb / (rate * PLANNED)));
  return { ...need, count, how: `the more of ${short(gb / 1000)} TB / (${short(size)} TB × 0.9), and ${short(mb)} MB/s / (${short(rate)} MB/s × ${PLANNED})` };
}

function network(plan: Plan, cameras: number): Need {
  const need = { what: 'network' as const, unit: 'Gbit/s' };
  const found = resourcesOf({ ...plan, model: 'engine' }, cameras).find(({ name }) => name === 'network');
  if (!found || found.takes.some(isUnknown)) return { ...need, count: undefined, how: 'not known what a camera sends' };
  return { ...need, count: Math.ceil(sum(found.takes) / 100) / 10, how: found.takes.flatMap((part) => (isUnknown(part) ? [] : [part.how])).join(' + ') };
}

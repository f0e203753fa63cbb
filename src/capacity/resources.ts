import type { FigureName } from './catalogue.ts';
import { busyOf, isUnknown, short, sum, textTime, watchingCores, windowMs } from './demand.ts';
import type { Busy, Part, Plan, Unknown } from './demand.ts';
import { valueOf } from './figures.ts';

export const RESOURCES = ['model', 'processor', 'daemon', 'memory', 'network', 'disk writes', 'disk space', 'broker'] as const;
export type ResourceName = (typeof RESOURCES)[number];

/** What there is of something, and what so many cameras take of it. */
export interface Resource {
  readonly name: ResourceName;
  readonly unit: string;
  readonly has: Part | Unknown;
  readonly takes: readonly (Part | Unknown)[];
}

/**
 * Of what there is, so much is reckoned with: what runs at its limit falls behind at the first stumble. Of the model's time: cameras do not ask
 * in turn, a window that another overtakes is left out, and between an answer and the next question the model is idle; beyond so much of it
 * more than 5 % of the windows are left out (npm run bench:capacity).
 */
const USABLE = { model: 0.8, processor: 0.95, memory: 0.9, network: 0.8, 'disk writes': 0.5 } as const;
/** Packets that a camera's process remembers for pictures and clips: 50 s, 48 MB at most. */
const RING = { seconds: 50, mb: 48 } as const;
/** What stays free of a disk in any case, GB. */
const LEFT_FREE = 0.256;
const DAY = 86_400;

/** Every resource, for so many cameras of a plan. */
export function resourcesOf(plan: Plan, cameras: number): Resource[] {
  const busy = busyOf(plan, cameras);
  return [model(plan, busy), processor(plan, busy), daemon(plan, busy), memory(plan, busy), network(plan, busy), writes(plan, busy), space(plan, busy), broker(plan, busy)];
}

function model(plan: Plan, busy: Busy): Resource {
  const name = 'model';
  const has = { value: USABLE.model, how: `${plan.model === 'engine' ? 'the engine’s time' : 'one window at a time'}: 1 s a second × ${USABLE.model}` };
  if (plan.model === 'none') return { name, unit: 's a second', has, takes: [] };
  const window = windowMs(plan, busy);
  if (isUnknown(window)) return { name, unit: 's a second', has, takes: [window] };
  const texts = textTime(plan, busy, window.value);
  const look = valueOf(plan.figures, 'model_heartbeat_ms') ?? window.value;
  return {
    name, unit: 's a second', has,
    takes: [
      { value: (busy.windows * window.value) / 1000, how: `${short(busy.active)} active cameras, a window each ${short(plan.hop)} s, × ${window.how}` },
      { value: (busy.looks * look) / 1000, how: `${short(busy.quiet)} quiet cameras × ${short(plan.looksStill)} looks an hour × ${short(look)} ms` },
      ...(texts ? [texts] : []),
      { value: 0, how: 'second looks: they wait until windows take less than 60 % of the model, and are left out beyond that' },
    ],
  };
}

function processor(plan: Plan, busy: Busy): Resource {
  const cpu = valueOf(plan.figures, 'model_window_cpu_ms');
  const texts = plan.model === 'process' ? textTime(plan, busy, valueOf(plan.figures, 'model_window_ms') ?? 0) : undefined;
  const scoring = texts ? [{ value: texts.value, how: `${short(texts.value)} s a second of the model for texts` }] : [];
  const ours = plan.model !== 'process' ? [] : cpu === undefined ? [{ lacks: 'model_window_cpu_ms' as const }] : [{ value: ((busy.windows + busy.looks) * cpu) / 1000, how: `${short(busy.windows + busy.looks)} windows a second × ${short(cpu)} ms of processor in the model` }, ...scoring];
  return { name: 'processor', unit: 'cores', has: shareOf(plan, 'cores', 'processor', 'cores'), takes: [...watchingCores(plan, busy), ...ours] };
}

/** The daemon has one thread. */
function daemon(plan: Plan, busy: Busy): Resource {
  const [idle, , , active, windows] = watchingCores(plan, busy);
  return { name: 'daemon', unit: 'cores', has: { value: USABLE.processor, how: `the daemon’s own thread: 1 core × ${USABLE.processor}` }, takes: [idle, active, windows].filter((part) => part !== undefined) };
}

function memory(plan: Plan, busy: Busy): Resource {
  const camera = valueOf(plan.figures, 'camera_memory_mb');
  const ring = Math.min(RING.mb, ((valueOf(plan.figures, 'camera_mbit_s') ?? 0) * RING.seconds) / 8);
  const own = camera === undefined ? { lacks: 'camera_memory_mb' as const } : { value: busy.cameras * (camera + ring), how: `${busy.cameras} cameras × (${short(camera)} MB + ${short(ring)} MB for their last packets)` };
  return { name: 'memory', unit: 'MB', has: shareOf(plan, 'memory_mb', 'memory', 'MB'), takes: [whole(plan, 'daemon_memory_mb', 'MB for the daemon'), ...(plan.model === 'process' ? [whole(plan, 'model_memory_mb', 'MB for the model')] : []), own] };
}

function network(plan: Plan, busy: Busy): Resource {
  const sent = valueOf(plan.figures, 'engine_window_kb') ?? 0;
  const engine = plan.model !== 'engine' ? [] : [{ value: (busy.windows * sent * 8) / 1000, how: `${short(busy.windows)} windows a second × ${short(sent)} kB to the engine` }];
  return { name: 'network', unit: 'Mbit/s', has: shareOf(plan, 'network_mbit_s', 'network', 'Mbit/s'), takes: [each(plan, busy.cameras, 'camera_mbit_s', 'cameras', 'Mbit/s'), ...engine] };
}

/** Share of the time that a camera is recorded. */
function recorded(plan: Plan, busy: Busy): number {
  if (plan.recording !== 'events') return plan.recording === 'off' || busy.cameras === 0 ? 0 : 1;
  return busy.cameras === 0 ? 0 : Math.min(1, plan.active + (busy.events / busy.cameras) * plan.around);
}

function writes(plan: Plan, busy: Busy): Resource {
  const rate = valueOf(plan.figures, 'camera_mbit_s') ?? 0;
  const share = recorded(plan, busy);
  const kb = valueOf(plan.figures, 'log_event_kb') ?? 0;
  return {
    name: 'disk writes', unit: 'MB/s', has: shareOf(plan, 'disk_write_mb_s', 'disk writes', 'MB/s'),
    takes: [
      { value: (busy.cameras * share * rate) / 8, how: `${busy.cameras} cameras × ${short(rate)} Mbit/s / 8, recorded ${short(100 * share)} % of the time` },
      { value: (busy.events * kb) / 1000, how: `${short(busy.events)} events a second × ${short(kb)} kB in the log` },
    ],
  };
}

function space(plan: Plan, busy: Busy): Resource {
  const free = valueOf(plan.figures, 'disk_free_gb');
  const rate = valueOf(plan.figures, 'camera_mbit_s') ?? 0;
  const gb = (recorded(plan, busy) * busy.cameras * rate * DAY * plan.days) / 8000;
  const bound = plan.maxMb / 1000;
  const kb = valueOf(plan.figures, 'log_event_kb') ?? 0;
  const mean = (busy.cameras * plan.active * (valueOf(plan.figures, 'events_active_hour') ?? 0)) / 3600;
  const has = free === undefined ? { lacks: 'disk_free_gb' as const } : { value: Math.max(0, Math.min(free - LEFT_FREE, plan.recording === 'off' ? Infinity : bound)), how: plan.recording === 'off' || free - LEFT_FREE < bound ? `${short(free)} GB free − ${LEFT_FREE} GB` : `recordings.max_mb, ${short(bound)} GB` };
  return { name: 'disk space', unit: 'GB', has, takes: [
    { value: gb, how: `${busy.cameras} cameras × ${short(rate)} Mbit/s × ${plan.days} days of recordings` },
    { value: (mean * kb * DAY * plan.logDays) / 1e6, how: `${short(mean * 3600)} events an hour × ${short(kb)} kB × ${plan.logDays} days of log` },
  ] };
}

function broker(plan: Plan, busy: Busy): Resource {
  const messages = valueOf(plan.figures, 'broker_messages_event') ?? 0;
  return { name: 'broker', unit: 'messages/s', has: whole(plan, 'broker_messages_s', 'messages a second'), takes: [{ value: busy.events * messages, how: `${short(busy.events)} events a second × ${short(messages)} messages` }] };
}

function shareOf(plan: Plan, name: FigureName, of: keyof typeof USABLE, unit: string): Part | Unknown {
  const value = valueOf(plan.figures, name);
  return value === undefined ? { lacks: name } : { value: value * USABLE[of], how: `${short(value)} ${unit} × ${USABLE[of]}` };
}

function whole(plan: Plan, name: FigureName, what: string): Part | Unknown {
  const value = valueOf(plan.figures, name);
  return value === undefined ? { lacks: name } : { value, how: `${short(value)} ${what}` };
}

function each(plan: Plan, count: number, name: FigureName, of: string, unit: string): Part | Unknown {
  const value = valueOf(plan.figures, name);
  return value === undefined ? { lacks: name } : { value: count * value, how: `${short(count)} ${of} × ${short(value)} ${unit}` };
}

/** What it takes of it; undefined where a part of that, or what there is, is not known. */
export function shareTaken({ has, takes }: Resource): number | undefined {
  if (isUnknown(has) || takes.some(isUnknown)) return undefined;
  const taken = sum(takes);
  return has.value > 0 ? taken / has.value : taken > 0 ? Infinity : 0;
}

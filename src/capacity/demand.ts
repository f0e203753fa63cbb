import type { FigureName } from './catalogue.ts';
import { valueOf } from './figures.ts';
import type { Figures } from './figures.ts';

/** What is watched, and how. */
export interface Plan {
  readonly figures: Figures;
  /** s between windows while something moves */
  readonly hop: number;
  /** looks an hour at a scene in which nothing moves */
  readonly looksStill: number;
  /** share of the cameras in which something moves at a time, on average */
  readonly active: number;
  readonly rules: number;
  readonly recording: 'off' | 'continuous' | 'events';
  /** s recorded around an event */
  readonly around: number;
  /** days that recordings are kept, as the configuration says, and MB that they may take */
  readonly days: number;
  readonly maxMb: number;
  /** days that the log is kept */
  readonly logDays: number;
  /** where the model runs: in a process of ours, or as an engine elsewhere */
  readonly model: 'process' | 'engine' | 'none';
}

/** A part of what some cameras take of something: how much, and how it was reckoned. */
export interface Part {
  readonly value: number;
  readonly how: string;
}

/** A part that rests on a figure that nobody knows. */
export interface Unknown {
  readonly lacks: FigureName;
}

/**
 * So many cameras are active at once in all but one hundredth of the time, where each is active for itself: the mean of a binomial
 * distribution and 2.33 of its standard deviations (the normal approximation's 99th percentile).
 */
export function activeAtOnce(cameras: number, share: number): number {
  return Math.min(cameras, cameras * share + 2.33 * Math.sqrt(cameras * share * (1 - share)));
}

/** Of `cameras`: how many are active and quiet at a time, and what comes of that. */
export interface Busy {
  readonly cameras: number;
  readonly active: number;
  readonly quiet: number;
  /** windows a second, and looks at still scenes a second */
  readonly windows: number;
  readonly looks: number;
  /** events a second */
  readonly events: number;
}

export function busyOf(plan: Plan, cameras: number): Busy {
  const active = activeAtOnce(cameras, plan.active);
  const quiet = cameras - active;
  return { cameras, active, quiet, windows: active / plan.hop, looks: (quiet * plan.looksStill) / 3600, events: (active * (valueOf(plan.figures, 'events_active_hour') ?? 0)) / 3600 };
}

/** Texts that the model is asked about for an event: whether it is the one before, in both directions, and each rule. */
function textsOf({ figures, rules }: Plan): number {
  return (valueOf(figures, 'texts_new') ?? 0) * (2 + rules);
}

/** A text takes so much of what a window does, where nobody has measured it. */
const TEXT = 0.1;

/** s a second of the model for the texts that events bring; `window`: ms that one of those takes. */
export function textTime(plan: Plan, busy: Busy, window: number): Part | undefined {
  const texts = busy.events * textsOf(plan);
  if (texts === 0) return undefined;
  const known = valueOf(plan.figures, 'model_score_ms');
  const score = known ?? TEXT * window;
  return { value: (texts * score) / 1000, how: `${short(busy.events)} events a second × ${short(textsOf(plan))} texts (${plan.rules} rules) × ${short(score)} ms${known === undefined ? ` (assumed: ${TEXT} of a window)` : ''}` };
}

/** Cores that all but the model take. */
export function watchingCores(plan: Plan, busy: Busy): readonly (Part | Unknown)[] {
  const { figures } = plan;
  const of = (name: FigureName, count: number, unit: string, how: string): Part | Unknown => {
    const value = valueOf(figures, name);
    return value === undefined ? { lacks: name } : { value: count * value, how: `${short(count)} ${how} × ${short(value)} ${unit}` };
  };
  const daemonMs = valueOf(figures, 'daemon_window_ms') ?? 0;
  return [
    of('daemon_cores', 1, 'cores', 'daemon'),
    of('camera_active_cores', busy.active, 'cores', 'active cameras'),
    of('camera_asleep_cores', busy.quiet, 'cores', 'cameras asleep'),
    of('daemon_active_cores', busy.active, 'cores', 'active cameras in the daemon'),
    { value: ((busy.windows + busy.looks) * daemonMs) / 1000, how: `${short(busy.windows + busy.looks)} windows a second in the daemon × ${short(daemonMs)} ms` },
  ];
}

/** What others at work cost was seen once; it is drawn on in a line to twice as much work, and no further. */
const FURTHER = 2;

/** ms that a window takes, beside what watching so many cameras takes of the processor. */
export function windowMs(plan: Plan, busy: Busy): Part | Unknown {
  const { figures } = plan;
  const engine = valueOf(figures, 'engine_windows_s');
  if (plan.model === 'engine') return engine ? { value: 1000 / engine, how: `1000 / ${short(engine)} windows a second of the engine` } : { lacks: 'engine_windows_s' };
  const alone = valueOf(figures, 'model_window_ms');
  if (alone === undefined) return { lacks: 'model_window_ms' };
  const [loaded, load] = [valueOf(figures, 'model_loaded_window_ms'), valueOf(figures, 'model_loaded_cores')];
  const cores = sum(watchingCores(plan, busy));
  const slowed = loaded !== undefined && load ? alone + Math.max(0, loaded - alone) * Math.min(FURTHER, cores / load) : alone;
  const how = slowed === alone ? `${short(alone)} ms a window` : `${short(slowed)} ms a window (${short(alone)} alone, ${short(loaded ?? 0)} beside ${short(load ?? 0)} cores of other work, here ${short(cores)})`;
  const [streams, cold] = [valueOf(figures, 'model_streams'), valueOf(figures, 'model_cold_ms')];
  if (streams === undefined || cold === undefined || busy.active <= streams) return { value: slowed, how };
  const value = Math.max(slowed, cold * (slowed / alone));
  return { value, how: `${short(value)} ms a window, each computed whole: keys and values of ${short(streams)} cameras are kept, fewer than are active` };
}

export function isUnknown(part: Part | Unknown): part is Unknown {
  return 'lacks' in part;
}

export function sum(parts: readonly (Part | Unknown)[]): number {
  return parts.reduce((total, part) => total + (isUnknown(part) ? 0 : part.value), 0);
}

/** Three digits that count. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}

import { LookoutError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import type { Values } from './figures.ts';

export const KINDS = ['still', 'usual', 'busy'] as const;
export type Kind = (typeof KINDS)[number];

/** Shares of the cameras, adding up to 1, of each kind; and the share of the time in which something moves before a usual one. */
export interface Activity {
  readonly shares: Readonly<Record<Kind, number>>;
  readonly usual: number;
}

export const USUAL = 0.1;

/** Share of the cameras in which something moves at a time, on average. */
export function meanActive({ shares, usual }: Activity): number {
  return shares.usual * usual + shares.busy;
}

/** `usual`, or `still=50,usual=40,busy=10`: parts of any sum. @throws LookoutError USAGE */
export function parseActivity(text: string, usual = USUAL): Activity {
  const parts = text.split(',').map((part) => /^\s*(still|usual|busy)\s*(?:=\s*(\d+(?:\.\d+)?)\s*%?)?\s*$/.exec(part));
  const given = parts.map((part) => ({ kind: part?.[1] as Kind | undefined, share: part?.[2] === undefined ? 1 : Number(part[2]) }));
  const sum = given.reduce((total, { share }) => total + share, 0);
  const twice = new Set(given.map(({ kind }) => kind)).size < given.length;
  if (twice || given.some(({ kind }) => !kind) || !(sum > 0)) throw new LookoutError('USAGE', `activity ${text}: write still=50,usual=40,busy=10.`);
  const of = (kind: Kind): number => given.filter((one) => one.kind === kind).reduce((total, { share }) => total + share, 0) / sum;
  return { shares: { still: of('still'), usual: of('usual'), busy: of('busy') }, usual };
}

/** What the log tells of the last day. */
export interface Logged {
  /** share of the cameras that were active at a time, in the busiest hour */
  readonly active: number;
  readonly values: Values;
  readonly what: string;
  /** looks an hour, by camera, over the day */
  readonly perHour: Readonly<Record<string, number>>;
}

const HOUR = 3_600_000;
/** Looks of an hour that are read; where there are more, they stand for the rest. */
const MOST = 20_000;
/** Looks below which the day says nothing. */
const LEAST = 50;

/** The activity of the cameras in the last day, each window of an activity being one hop of it; undefined where hardly anything was looked at. */
export function activityOf(store: Pick<Store, 'looks' | 'events'>, cameras: readonly string[], hop: number, now: number): Logged | undefined {
  const counts: Record<string, number> = {};
  let [busiest, active, all, hours] = [0, 0, 0, 0];
  for (let from = now - 24 * HOUR; from < now; from += HOUR) {
    const looks = store.looks({ since: from, until: from + HOUR, limit: MOST, order: 'asc' }).filter(({ from: at, camera }) => at >= from && at < from + HOUR && cameras.includes(camera));
    const last = looks.at(-1);
    if (!last) continue;
    const scale = looks.length < MOST / 2 ? 1 : HOUR / Math.max(1, last.from - from);
    const moving = looks.filter(({ reason }) => reason !== 'heartbeat').length;
    const share = Math.min(1, (scale * moving * hop) / 3600 / Math.max(1, cameras.length));
    busiest = Math.max(busiest, share);
    active += share * cameras.length;
    all += looks.length;
    hours++;
    for (const { camera } of looks) counts[camera] = (counts[camera] ?? 0) + scale;
  }
  if (all < LEAST) return undefined;
  const events = store.events({ since: now - 24 * HOUR, until: now, limit: MOST, order: 'desc' });
  const texts = new Set(events.map(({ text }) => text)).size;
  const values: Values = active > 0 && events.length > 0 && events.length < MOST ? { events_active_hour: events.length / active, texts_new: texts / events.length } : {};
  const perHour = Object.fromEntries(Object.entries(counts).map(([camera, count]) => [camera, Math.round(count / hours)]));
  return { active: busiest, values, what: `seen in the log of the last day (${events.length} events, ${texts} texts)`, perHour };
}

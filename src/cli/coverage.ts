import type { Coverage } from '../record.ts';
import type { Store } from '../store/store.ts';
import { localTime } from './print.ts';

/** A time in which a camera was not watched, within the range that was asked for; `end` is null while it lasts. Times in ms. */
export interface Unwatched {
  readonly camera: string;
  readonly start: number;
  readonly end: number | null;
  readonly reason: string;
  readonly detail: string;
}

/** The daemon notes every 5 s that it runs; silent for longer, it does not, ms. */
const SILENT_MS = 20_000;
/** As many gaps as one question to the log gives at most. */
const MOST = 100_000;
/** Gaps that people are told one by one. */
const SHOWN = 20;

/** What of a range no camera of these saw, oldest first; touching gaps of one reason are one. */
export function unwatched(store: Store, { since, until, camera }: { since?: number; until?: number; camera?: string }, cameras: readonly string[], now: number): Unwatched[] {
  const gaps = store.coverage({ ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }), ...(camera === undefined ? {} : { camera }), order: 'asc', limit: MOST });
  const all = [...gaps, ...notRunning(store, cameras, now)].filter((gap) => (until === undefined || gap.start <= until) && (since === undefined || gap.end === null || gap.end >= since));
  const clipped = all.map((gap) => ({ ...gap, start: Math.max(gap.start, since ?? -Infinity), end: until !== undefined && (gap.end ?? now) >= until ? until : gap.end }));
  return joined(clipped);
}

/** Since the last sign of life the cameras are not watched: the next start of the daemon will write it down. */
function notRunning(store: Store, cameras: readonly string[], now: number): Coverage[] {
  const alive = store.aliveAt();
  if (alive === null || now - alive < SILENT_MS) return [];
  return cameras.map((camera) => ({ camera, start: alive, end: null, reason: 'offline', detail: 'Lookout is not running.' }));
}

function joined(gaps: readonly Unwatched[]): Unwatched[] {
  const last = new Map<string, number>();
  const out: Unwatched[] = [];
  for (const gap of [...gaps].sort((a, b) => a.start - b.start)) {
    const key = `${gap.camera} ${gap.reason} ${gap.detail}`;
    const index = last.get(key);
    const before = index === undefined ? undefined : out[index];
    if (index !== undefined && before && (before.end === null || gap.start <= before.end)) {
      out[index] = { ...before, end: before.end === null || gap.end === null ? null : Math.max(before.end, gap.end) };
    } else last.set(key, out.push(gap) - 1);
  }
  return out;
}

/** "lobby was not watched 2026-11-22 14:02:00 – 14:07:10 (offline: no route)", as people read it. */
export function unwatchedLines(gaps: readonly Unwatched[]): string[] {
  const lines = gaps.slice(-SHOWN).map((gap) => `${gap.camera} was not watched ${span(gap)} (${gap.reason}${gap.detail === '' ? '' : `: ${gap.detail.replace(/\.$/, '')}`}).`);
  return gaps.length > SHOWN ? [`${gaps.length - SHOWN} earlier times that were not watched; --json tells them all.`, ...lines] : lines;
}

function span({ start, end }: Unwatched): string {
  if (end === null) return `since ${localTime(start)}`;
  const [from, to] = [localTime(start), localTime(end)];
  return `${from} – ${from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to}`;
}

/** For programs: entries of the array that have the key `not_watched`. */
export function unwatchedJson({ camera, start, end, reason, detail }: Unwatched): Record<string, unknown> {
  const iso = (at: number): string => new Date(at).toISOString();
  return { not_watched: reason, camera, start: iso(start), start_ms: start, end: end === null ? null : iso(end), end_ms: end, detail };
}

/** The same as cells for a table: start, end, camera, reason. */
export function unwatchedCells({ camera, start, end, reason, detail }: Unwatched): { start: string; end: string; camera: string; text: string } {
  const iso = (at: number): string => new Date(at).toISOString();
  return { start: iso(start), end: end === null ? '' : iso(end), camera, text: `${reason}${detail === '' ? '' : `: ${detail}`}` };
}

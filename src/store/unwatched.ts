import type { Coverage } from '../record.ts';
import type { CoverageQuery } from './coverage.ts';

/** A time in which a camera was not watched, within the range that was asked for; `end` is null while it lasts. Times in ms. */
export interface Unwatched {
  readonly camera: string;
  readonly start: number;
  readonly end: number | null;
  readonly reason: Coverage['reason'];
  readonly detail: string;
}

export interface UnwatchedQuery {
  readonly since?: number;
  readonly until?: number;
  readonly camera?: string;
  /** of the gaps so many of the newest; all that one question to the log gives unless told otherwise */
  readonly most?: number;
}

/** The log, as far as it is needed for that. */
export interface GapLog {
  coverage(q: CoverageQuery): Coverage[];
  aliveAt(): number | null;
}

/** The daemon notes every 5 s that it runs; silent for longer, it does not, ms. */
const SILENT_MS = 20_000;
/** As many gaps as one question to the log gives at most. */
const MOST = 100_000;

/** What of a range no camera of these saw, oldest first; touching gaps of one reason are one. */
export function unwatched(log: GapLog, { since, until, camera, most = MOST }: UnwatchedQuery, cameras: readonly string[], now: number): Unwatched[] {
  const gaps = log.coverage({ ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }), ...(camera === undefined ? {} : { camera }), limit: most });
  const all = [...gaps, ...notRunning(log, cameras, now)].filter((gap) => (until === undefined || gap.start <= until) && (since === undefined || gap.end === null || gap.end >= since));
  const clipped = all.map((gap) => ({ ...gap, start: Math.max(gap.start, since ?? -Infinity), end: until !== undefined && (gap.end ?? now) >= until ? until : gap.end }));
  return joined(clipped);
}

/** Since the last sign of life the cameras are not watched: the next start of the daemon will write it down. */
function notRunning(log: GapLog, cameras: readonly string[], now: number): Coverage[] {
  const alive = log.aliveAt();
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

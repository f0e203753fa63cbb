import type { CoverageOut } from '../../api/schemas/coverage.ts';
import type { Unwatched } from '../../api/schemas/common.ts';
import type { Bar, Gap } from './layers.ts';
import { missing } from './span.ts';

/** Times that were not watched, as they are drawn; one that lasts ends now. */
export function gapsOf(items: readonly Unwatched[], now: number): Gap[] {
  return items.map(({ camera, reason, detail, start_ms: from, end_ms: to }) => ({ camera, reason, detail, from, to: to ?? Math.max(now, from), lasts: to === null }));
}

/** What is known to have been watched within the range: what is no gap, from the first on that the log knows of the camera. */
export function watchedOf(known: CoverageOut['known'], gaps: readonly Gap[], now: number): Bar[] {
  return known.flatMap(({ camera, from_ms: from }) => {
    if (from === null || from >= now) return [];
    return missing({ from, to: now }, gaps.filter((gap) => gap.camera === camera)).map((span) => ({ ...span, camera }));
  });
}

/** The list with one gap as it is now: what began at the same moment at the same camera takes its place. */
export function withGap(items: readonly Unwatched[], one: Unwatched): Unwatched[] {
  return [...items.filter((gap) => gap.camera !== one.camera || gap.start_ms !== one.start_ms), one].sort((a, b) => a.start_ms - b.start_ms);
}

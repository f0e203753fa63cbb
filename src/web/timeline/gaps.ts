import type { Unwatched } from '../../api/schemas/common.ts';
import type { Gap } from './layers.ts';

/** Times that were not watched, as they are drawn; one that lasts ends now. */
export function gapsOf(items: readonly Unwatched[], now: number): Gap[] {
  return items.map(({ camera, reason, detail, start_ms: from, end_ms: to }) => ({ camera, reason, detail, from, to: to ?? Math.max(now, from), lasts: to === null }));
}

/** The list with one gap as it is now: what began at the same moment at the same camera takes its place. */
export function withGap(items: readonly Unwatched[], one: Unwatched): Unwatched[] {
  return [...items.filter((gap) => gap.camera !== one.camera || gap.start_ms !== one.start_ms), one].sort((a, b) => a.start_ms - b.start_ms);
}

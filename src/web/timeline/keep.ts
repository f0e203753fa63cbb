import type { AlertOut } from '../../api/schemas/alerts.ts';
import type { EventOut } from '../../api/schemas/events.ts';
import type { LookOut } from '../../api/schemas/looks.ts';
import type { Span } from './span.ts';

type Kept = EventOut | AlertOut | LookOut;

const RANK = { new: 0, update: 1, end: 2, retracted: 3 } as const;

/**
 * Whether `next` tells more of the same thing than `known`: what was asked for and what the feed says cross on the way, so that an
 * answer can be older than what is on the screen already.
 */
function tellsMore(next: Kept, known: Kept | undefined): boolean {
  if (known === undefined) return true;
  if (!('phase' in next && 'phase' in known)) return false;
  if (RANK[next.phase] !== RANK[known.phase]) return RANK[next.phase] > RANK[known.phase];
  if ('published_at_ms' in next && 'published_at_ms' in known) return next.published_at_ms >= known.published_at_ms;
  return !('sightings' in next && 'sightings' in known) || next.sightings >= known.sightings;
}

/** The map with `items` merged in; the very same map where none of them tells anything new. */
export function merged<T extends Kept>(kept: ReadonlyMap<string, T>, items: readonly T[], idOf: (item: T) => string): ReadonlyMap<string, T> {
  let out: Map<string, T> | undefined;
  for (const item of items) {
    const id = idOf(item);
    const known = (out ?? kept).get(id);
    if (!tellsMore(item, known) || (known !== undefined && JSON.stringify(known) === JSON.stringify(item))) continue;
    out ??= new Map(kept);
    out.set(id, item);
  }
  return out ?? kept;
}

/** At most `most` of them: those that are farthest from the middle of the view go. */
export function bounded<T>(kept: ReadonlyMap<string, T>, view: Span, most: number, startOf: (item: T) => number): ReadonlyMap<string, T> {
  if (kept.size <= most) return kept;
  const middle = (view.from + view.to) / 2;
  const far = (item: T): number => Math.abs(startOf(item) - middle);
  return new Map([...kept].sort(([, a], [, b]) => far(a) - far(b)).slice(0, most));
}

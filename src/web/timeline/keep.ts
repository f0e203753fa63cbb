import type { AlertOut } from '../../api/schemas/alerts.ts';
import type { EventOut } from '../../api/schemas/events.ts';
import type { Span } from './span.ts';

const RANK = { new: 0, update: 1, end: 2, retracted: 3 } as const;

interface Phased {
  readonly id: string;
  readonly phase: keyof typeof RANK;
}

/**
 * Whether `next` tells more of the same thing than `known`: what was asked for and what the feed says cross on the way, so that an
 * answer can be older than what is on the screen already.
 */
export function tellsMore(next: EventOut | AlertOut, known: EventOut | AlertOut | undefined): boolean {
  if (known === undefined) return true;
  if (RANK[next.phase] !== RANK[known.phase]) return RANK[next.phase] > RANK[known.phase];
  if ('published_at_ms' in next && 'published_at_ms' in known) return next.published_at_ms >= known.published_at_ms;
  if ('sightings' in next && 'sightings' in known) return next.sightings >= known.sightings;
  return true;
}

/** The map with `items` merged in; the very same map where none of them tells anything new. */
export function merged<T extends (EventOut | AlertOut) & Phased>(kept: ReadonlyMap<string, T>, items: readonly T[]): ReadonlyMap<string, T> {
  let out: Map<string, T> | undefined;
  for (const item of items) {
    const known = (out ?? kept).get(item.id);
    if (!tellsMore(item, known) || same(item, known)) continue;
    out ??= new Map(kept);
    out.set(item.id, item);
  }
  return out ?? kept;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** At most `most` of them: those that are farthest from the middle of the view go. */
export function bounded<T extends { readonly start_ms: number }>(kept: ReadonlyMap<string, T>, view: Span, most: number): ReadonlyMap<string, T> {
  if (kept.size <= most) return kept;
  const middle = (view.from + view.to) / 2;
  const near = [...kept].sort(([, a], [, b]) => Math.abs(a.start_ms - middle) - Math.abs(b.start_ms - middle));
  return new Map(near.slice(0, most));
}

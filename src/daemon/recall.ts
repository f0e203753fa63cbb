import type { Store } from '../store/store.ts';
import type { Event } from '../values.ts';

/** Events that began so long before the last sign of life may have been on their way to the rules, ms. */
const ON_THE_WAY = 60_000;
/** Nothing goes on for longer than this without being told again, ms. */
const LONGEST = 86_400_000;
/** Hard ceilings: a log that is full of them must not hold the start up. */
const MOST = 500;

/**
 * What the last run may not have told the rules to the end: its last events as they were, and those that it left open, which end
 * now since nobody saw how they went on. The rules know what they have said of each.
 */
export function recall(store: Pick<Store, 'aliveAt' | 'events'>): Event[] {
  const alive = store.aliveAt();
  if (alive === null) return [];
  const last = store.events({ since: alive - ON_THE_WAY, limit: MOST, order: 'desc' });
  const open = (['new', 'update'] as const).flatMap((phase) => store.events({ phase, since: alive - LONGEST, limit: MOST, order: 'desc' }));
  const events = new Map([...last, ...open].map((event) => [event.id, event]));
  return [...events.values()].sort((a, b) => a.start - b.start).map((event) => (event.phase === 'end' ? event : { ...event, phase: 'end' as const }));
}

import type { Store } from '../store/store.ts';
import type { AskEvent, Stretch } from './steps.ts';

/** Events of one answer; beyond that a shorter range is to be asked about. */
export const MOST_EVENTS = 1000;

/**
 * What the log knows of stretches of a camera's time, in order, and whether there is more. `apart`: other stretches are looked at, which
 * have the events that only reach into these.
 */
export function loggedEvents(store: Pick<Store, 'events'>, camera: string, stretches: readonly Stretch[], apart: boolean): { readonly events: Omit<AskEvent, 'relevance'>[]; readonly more: boolean } {
  const found = new Map<string, Omit<AskEvent, 'relevance'>>();
  for (const { from, to } of stretches) {
    for (const event of store.events({ camera, since: from, until: to, order: 'asc', limit: MOST_EVENTS + 1 })) {
      const { id, text, start, end, startUncertainty, endUncertainty, confidence } = event;
      const middle = (start + end) / 2;
      if (apart && (middle < from || middle > to)) continue;
      found.set(id, { id, text, start, end, uncertainty: Math.max(startUncertainty, endUncertainty), confidence, source: 'events' });
    }
  }
  const events = [...found.values()].sort((a, b) => a.start - b.start);
  return { events: events.slice(0, MOST_EVENTS), more: events.length > MOST_EVENTS };
}

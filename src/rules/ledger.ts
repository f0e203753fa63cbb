import type { Event } from '../values.ts';
import type { Rule } from './rule.ts';

/** What has been said of which event by which rule, so that nothing is said twice. */
export interface Ledger {
  /** notes an event's newest phase; true when its text is new and rules have to be asked */
  note(event: Event): boolean;
  /**
   * May the rule speak of this event now? If so it is written down that it did. Not if it spoke of the event before, if the
   * event's text has changed since it was asked or the event was taken back, or while the rule is silent after its last verdict.
   */
  speak(rule: Rule, event: Event, now: number): boolean;
  /** the newest version of an event */
  latest(event: Event): Event;
}

interface Entry {
  event: Event;
  /** rules that spoke, or were silent when it was their turn: an event is not told late because a silence ends */
  readonly heard: Set<string>;
}

/** Events remembered; one that is older than so many others is over. */
const MOST_EVENTS = 2000;
/** Pairs of rule and camera whose last verdict is remembered. */
const MOST_SILENCES = 10_000;

export function createLedger(): Ledger {
  const entries = new Map<string, Entry>();
  const spoken = new Map<string, number>();
  return {
    note(event) {
      const before = entries.get(event.id);
      entries.delete(event.id);
      entries.set(event.id, { event, heard: before?.heard ?? new Set() });
      shorten(entries, MOST_EVENTS);
      if (event.phase === 'retracted') return false;
      // one that is brought back was perhaps waiting for its answers when it was taken back
      return before?.event.text !== event.text || before.event.phase === 'retracted';
    },
    speak(rule, event, now) {
      const entry = entries.get(event.id);
      if (!entry || entry.event.phase === 'retracted' || entry.event.text !== event.text || entry.heard.has(rule.id)) return false;
      entry.heard.add(rule.id);
      const place = JSON.stringify([rule.id, event.camera]);
      const since = now - (spoken.get(place) ?? -Infinity);
      // a clock that was set back must not silence a rule for longer than its cooldown
      if (since >= 0 && since < rule.cooldown * 1000) return false;
      spoken.delete(place);
      spoken.set(place, now);
      shorten(spoken, MOST_SILENCES);
      return true;
    },
    latest: (event) => entries.get(event.id)?.event ?? event,
  };
}

function shorten(map: Map<string, unknown>, most: number): void {
  const oldest = map.keys().next();
  if (map.size > most && !oldest.done) map.delete(oldest.value);
}

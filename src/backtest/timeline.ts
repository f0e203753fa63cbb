import type { Rule } from '../rules/rule.ts';
import type { Event } from '../values.ts';

/** A phase of an event, and when the rules came to know of it (wall clock, ms). */
export interface Told {
  readonly at: number;
  readonly event: Event;
  /** nothing was told of the event before */
  readonly first: boolean;
}

/**
 * A stored event as the rules heard of it while it happened: at first with as much of it as was known then, later to its end. The log
 * keeps its last wording only, so that is the one it has throughout.
 */
export function toldOf(event: Event, rule: Pick<Rule, 'for' | 'absent'>): Told[] {
  const known = Math.max(event.detectedAt, event.start);
  // how long it lasts is nothing to the other rules
  if (rule.for === undefined && rule.absent === undefined) return [{ at: known, event, first: true }];
  const end = Math.max(event.start, Math.min(event.end, known));
  const told: Told[] = [{ at: known, event: { ...event, phase: 'new', end }, first: true }];
  const long = event.start + (rule.for ?? Number.POSITIVE_INFINITY) * 1000;
  // the windows that showed it going on told so, the one that made it long enough among them
  if (event.end >= long && end < long) told.push({ at: Math.max(known, long), event: { ...event, phase: 'update', end: long }, first: false });
  const over = event.phase === 'end';
  if (over || event.end > end) told.push({ at: Math.max(known, event.end), event: { ...event, phase: over ? 'end' : 'update' }, first: false });
  return told;
}

/** What was told and is not passed on yet, in the order of its telling. */
export class Waiting {
  #told: Told[] = [];

  add(told: readonly Told[]): void {
    this.#told.push(...told);
  }

  /** Hands out, in order, what was told up to `at`; with each the earliest start of what comes after it. */
  *until(at: number): Generator<Told & { readonly next: number }> {
    this.#told.sort((a, b) => a.at - b.at);
    const due = this.#told.findIndex((one) => one.at > at);
    const now = this.#told.splice(0, due < 0 ? this.#told.length : due);
    const later = this.earliest();
    const next = new Array<number>(now.length);
    for (let i = now.length - 1, least = later; i >= 0; i--) {
      next[i] = least;
      least = Math.min(least, startOf(now[i]));
    }
    for (const [i, one] of now.entries()) yield { ...one, next: Math.min(next[i] ?? later, later) };
  }

  /** the earliest start of an event that nobody was told of yet */
  earliest(): number {
    return this.#told.reduce((least, one) => Math.min(least, startOf(one)), Number.POSITIVE_INFINITY);
  }
}

/** Of an event that the rules know nothing of yet. */
function startOf(told: Told | undefined): number {
  return told?.first ? told.event.start : Number.POSITIVE_INFINITY;
}

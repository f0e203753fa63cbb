import type { Answer, Sighting } from '../values.ts';

/** An event of a file as its windows showed it together. Times are ms of the file. */
export interface FileEvent extends Sighting {
  /** windows that showed it */
  readonly windows: number;
}

/** A sighting this sure stands although the window that shows its time better does not tell of it. */
const SURE = 0.9;

interface Pending {
  event: FileEvent;
  /** the last window that showed it */
  last: number;
}

/**
 * Joins what windows that follow one another tell of: an event that two of them show, and one that is cut off at the end of one
 * and goes on at the start of the next, is one event. Two tellings are of one event when `same` says so of their texts and their
 * times meet, by what the stamps around them can tell. What only one of two windows tells of the time that both show is believed
 * where it lies nearer to the other's edge, or is sure: at its edge a window lacks what led to it or what came of it.
 * Holds the events that a later window may still show.
 */
export class EventMerger {
  readonly #same: (a: string, b: string) => Promise<boolean>;
  #pending: Pending[] = [];
  #window = 0;
  /** where the window before ended, ms */
  #to = -Infinity;

  constructor(same: (a: string, b: string) => Promise<boolean>) {
    this.#same = same;
  }

  /** Takes in what the next window shows. */
  async add({ from, to, sightings }: Pick<Answer, 'from' | 'to' | 'sightings'>): Promise<void> {
    this.#window += 1;
    const middle = (from + this.#to) / 2;
    const overlaps = this.#to > from;
    this.#to = to;
    const earlier = this.#pending;
    const pairs = earlier.flatMap((pending) => sightings.filter((s) => this.#meet(pending, s)).map((sighting) => ({ pending, sighting })));
    // nearest first, and each once
    pairs.sort((a, b) => Math.abs(a.pending.event.start - a.sighting.start) - Math.abs(b.pending.event.start - b.sighting.start));
    const taken = new Set<Pending | Sighting>();
    for (const { pending, sighting } of pairs) {
      if (taken.has(pending) || taken.has(sighting) || !(await this.#same(pending.event.text, sighting.text))) continue;
      taken.add(pending).add(sighting);
      pending.event = join(pending.event, sighting);
      pending.last = this.#window;
    }
    const denied = (s: Sighting, atEdge: boolean): boolean => overlaps && atEdge && s.confidence < SURE;
    const believed = earlier.filter((p) => taken.has(p) || p.last < this.#window - 1 || !denied(p.event, p.event.start > middle));
    const others = sightings.filter((s) => !taken.has(s) && !denied(s, s.start <= middle));
    this.#pending = [...believed, ...others.map((s) => ({ event: { ...s, windows: 1 }, last: this.#window }))];
  }

  /** The events that no window from `next` on (ms) can show any more, in order of their starts. They are forgotten here. */
  settle(next: number): FileEvent[] {
    const open = ({ event, last }: Pending): boolean => next < Infinity && (event.end + 2 * event.uncertainty >= next || (event.openEnd && last === this.#window));
    const settled = this.#pending.filter((p) => !open(p)).map((p) => p.event);
    this.#pending = this.#pending.filter(open);
    return settled.sort((a, b) => a.start - b.start);
  }

  #meet({ event, last }: Pending, s: Sighting): boolean {
    const gap = Math.max(event.start, s.start) - Math.min(event.end, s.end);
    return gap <= event.uncertainty + s.uncertainty || (last === this.#window - 1 && event.openEnd && s.openStart);
  }
}

/** The earlier window saw the start with what led to it; the end it knows where the window did not cut it off. */
function join(event: FileEvent, s: Sighting): FileEvent {
  const surer = s.confidence > event.confidence ? s : event;
  const goesOn = event.openEnd && s.end >= event.end;
  return {
    text: surer.text,
    confidence: surer.confidence,
    start: event.start,
    openStart: event.openStart,
    end: goesOn ? s.end : event.end,
    openEnd: goesOn ? s.openEnd : event.openEnd,
    uncertainty: Math.max(event.uncertainty, s.uncertainty),
    windows: event.windows + 1,
  };
}

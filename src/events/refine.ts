import { asyncScheduler, defer, Observable } from 'rxjs';
import type { ObservableInput, OperatorFunction, SchedulerLike, Subscriber, Subscription } from 'rxjs';
import type { Event } from '../values.ts';
import { betterThan, corrected } from './correction.ts';
import type { Correction } from './correction.ts';

export interface RefineOptions {
  /** A closer look: the event with better times, or `retracted`; undefined where none was possible. */
  look(event: Event): ObservableInput<Event | undefined>;
  /** wall clock, ms */
  now(): number;
  /** runs the timers; a virtual clock's, else the process's */
  readonly scheduler?: SchedulerLike;
  /** a look failed, which counts as none */
  onFailed?(error: unknown, event: Event): void;
}

/** ms after its end until an event is looked at: the frames after it have to be there. */
const AFTER = 2000;
/** ms that an event has to be left alone to be looked at though nobody said that it ended: windows pause when a scene falls quiet. */
const REST = 2500;
/** Looks under way; while there are so many, no other is begun. */
const MOST_LOOKS = 32;
/** Events remembered; one that is older than so many others is over. */
const MOST_EVENTS = 512;

interface Known {
  /** as it was last told to us */
  source: Event;
  /** as we told it */
  told: Event;
  correction: Correction | undefined;
  /** as it was when it was looked at */
  looked: Event | undefined;
  denied: boolean;
  timer: Subscription | undefined;
}

/**
 * Lets events pass at once, and has a closer look at each when its frames are complete. What the look says follows under the same
 * id, where it moves a boundary or makes it surer: as an `update`; of an event that has ended as another `end`; or as `retracted`,
 * after which nothing more is told of it. Later phases keep what the look said of what has not changed since. When the source
 * completes, what is still to be looked at is, and then the result completes.
 */
export function refine(opts: RefineOptions): OperatorFunction<Event, Event> {
  return (source) =>
    new Observable((subscriber) => {
      const refiner = new Refiner(opts, subscriber);
      subscriber.add(() => refiner.stop());
      subscriber.add(source.subscribe({ next: (event) => refiner.take(event), error: (error) => subscriber.error(error), complete: () => refiner.close() }));
    });
}

class Refiner {
  readonly #opts: RefineOptions;
  readonly #out: Subscriber<Event>;
  readonly #events = new Map<string, Known>();
  #looks = 0;
  #closed = false;

  constructor(opts: RefineOptions, out: Subscriber<Event>) {
    this.#opts = opts;
    this.#out = out;
  }

  take(source: Event): void {
    const before = this.#events.get(source.id);
    if (before?.denied) return;
    const known: Known = before ?? { source, told: source, correction: undefined, looked: undefined, denied: false, timer: undefined };
    this.#remember(known);
    known.source = source;
    known.told = corrected(source, known.correction);
    this.#plan(known);
    this.#out.next(known.told);
  }

  /** No more events come: nothing is waited for any more. */
  close(): void {
    for (const known of this.#events.values()) if (known.timer) this.#look(known);
    this.#closed = true;
    this.#completeIfDone();
  }

  stop(): void {
    for (const { timer } of this.#events.values()) timer?.unsubscribe();
    this.#events.clear();
  }

  #plan(known: Known): void {
    const { source } = known;
    known.timer?.unsubscribe();
    known.timer = undefined;
    if (source.phase === 'retracted' || (known.looked && same(known.looked, source))) return;
    const now = this.#opts.now();
    const delay = Math.max(source.end + AFTER - now, source.phase === 'end' ? 0 : REST);
    known.timer = (this.#opts.scheduler ?? asyncScheduler).schedule(() => this.#look(known), Math.max(0, delay));
  }

  #look(known: Known): void {
    known.timer?.unsubscribe();
    known.timer = undefined;
    if (this.#looks >= MOST_LOOKS) return;
    const { source } = known;
    known.looked = source;
    this.#looks++;
    const over = (): void => {
      this.#looks--;
      this.#completeIfDone();
    };
    defer(() => this.#opts.look(source)).subscribe({
      next: (seen) => seen && this.#say(known, source, seen),
      error: (error: unknown) => {
        this.#opts.onFailed?.(error, source);
        over();
      },
      complete: over,
    });
  }

  #say(known: Known, asked: Event, seen: Event): void {
    const { source, told } = known;
    if (this.#events.get(asked.id) !== known || source.phase === 'retracted' || source.text !== asked.text) return;
    if (seen.phase === 'retracted') {
      // windows that came meanwhile saw it again
      if (source.sightings > asked.sightings) return;
      known.denied = true;
      known.told = { ...told, phase: 'retracted' };
      this.#out.next(known.told);
      return;
    }
    const correction = { asked, seen };
    const better = corrected(source, correction);
    if (!betterThan(better, told)) return;
    known.correction = correction;
    known.told = { ...better, phase: source.phase === 'end' ? 'end' : 'update' };
    this.#out.next(known.told);
  }

  #remember(known: Known): void {
    const { id } = known.source;
    this.#events.delete(id);
    this.#events.set(id, known);
    const [oldest] = this.#events.values();
    if (this.#events.size <= MOST_EVENTS || !oldest) return;
    oldest.timer?.unsubscribe();
    this.#events.delete(oldest.source.id);
  }

  #completeIfDone(): void {
    if (this.#closed && this.#looks === 0) this.#out.complete();
  }
}

/** Would a look see the same? */
function same(a: Event, b: Event): boolean {
  return a.text === b.text && Math.abs(a.start - b.start) < AGAIN && Math.abs(a.end - b.end) < AGAIN;
}

/** A move of a boundary, ms, that is worth another look. */
const AGAIN = 500;

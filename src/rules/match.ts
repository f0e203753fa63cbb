import { defer, Observable } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import type { Decision } from '../record.ts';
import type { Event, Verdict, Watched } from '../values.ts';
import { Lanes } from './lanes.ts';
import type { Rule } from './rule.ts';

export interface MatchOptions {
  /** the rules as they are now; asked anew for everything that comes */
  rules(): readonly Rule[];
  /** probability that the event satisfies the sentence (a rule's alert, or what is to follow it), 0..1 */
  score(event: string, sentence: string): number | Promise<number>;
  /** a second look at an event's frames: probability that it is what the sentence says, 0..1; undefined: the frames are gone */
  verify?(event: Event, rule: Rule, sentence: string): number | undefined | Promise<number | undefined>;
  /** wall clock, ms */
  now(): number;
  newId(): string;
  /** where what the rules wait for outlives a restart; called often, must not throw */
  readonly memory?: {
    load(ruleId: string, camera: string): string | undefined;
    save(ruleId: string, camera: string, state: string | undefined): void;
  };
  /** what became of a rule and an event; once for each part and outcome */
  onDecision?(decision: Decision): void;
  /** scores asked for at a time (default 4) */
  readonly concurrency?: number;
  /** a score or a second look could not be had, even on asking again */
  onError?(error: unknown, event: Event, rule: Rule): void;
  /** the model could not keep up and this question was left out */
  onDropped?(event: Event, rule: Rule): void;
}

/**
 * Holds events against rules: plain ones, and those that wait for something (`for`, `absent`, `count`, `then`, `without`), by the
 * events' own times and by how long a camera was watched, never by a timer. One alert for each rule and event id: `new` when the rule
 * comes true, `update`, `end` and `retracted` under the same id as the event that decided settles, ends or proves to be none. What is
 * told late, out of order or again gives the same alerts, and so does a restart, where there is a memory. Never errors because
 * of a score.
 */
export function matchRules(opts: MatchOptions): OperatorFunction<Event | Watched, Verdict> {
  return (source) =>
    defer(
      () =>
        new Observable<Verdict>((subscriber) => {
          const lanes = new Lanes(opts, (verdict) => subscriber.next(verdict), () => over && lanes.idle && subscriber.complete());
          let over = false;
          const subscription = source.subscribe({
            next: (value) => lanes.tell(value),
            error: (error: unknown) => subscriber.error(error),
            complete: () => {
              over = true;
              if (lanes.idle) subscriber.complete();
            },
          });
          return () => {
            subscription.unsubscribe();
            lanes.close();
          };
        }),
    );
}

import { catchError, concatMap, defer, EMPTY, filter, map, retry, timer } from 'rxjs';
import type { Observable, OperatorFunction } from 'rxjs';
import type { Event, Verdict } from '../values.ts';
import { createLedger } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import { queued } from './queue.ts';
import { clauseOf } from './rule.ts';
import type { Rule } from './rule.ts';
import { cacheScores } from './scoreCache.ts';
import type { Score } from './scoreCache.ts';

export interface MatchOptions {
  /** the rules as they are now; asked anew for every event */
  rules(): readonly Rule[];
  /** probability that the event satisfies the rule's sentence, 0..1 */
  score(event: string, rule: string): Promise<number>;
  /** wall clock, ms */
  now(): number;
  newId(): string;
  /** scores asked for at a time (default 4) */
  readonly concurrency?: number;
  /** a score could not be had, even on asking again */
  onError?(error: unknown, event: Event, rule: Rule): void;
  /** the model could not keep up and this question was left out */
  onDropped?(event: Event, rule: Rule): void;
}

/** Questions that wait for the model; beyond that the oldest goes. */
const MOST_WAITING = 1024;
/** A model that fails is restarted within seconds: asked again after 0.5, 1, 2 and 4 s, so that no alert is lost to it. */
const RETRIES = 4;
const FIRST_DELAY = 500;

interface Question {
  readonly event: Event;
  readonly rule: Rule;
}

/**
 * Holds events against rules. One verdict per rule and event id, whatever number of phases the event goes through: when it
 * is new, or later when its text has changed to one that satisfies the rule. The cooldown runs per rule and camera, and
 * from verdicts given, never from what was rejected. Never errors because of a score.
 */
export function matchRules(opts: MatchOptions): OperatorFunction<Event, Verdict> {
  return (source) =>
    defer(() => {
      const ledger = createLedger();
      const score = cacheScores(opts.score);
      return source.pipe(
        filter((event) => ledger.note(event)),
        concatMap((event) => opts.rules().filter((rule) => applies(rule, event)).map((rule) => ({ event, rule }))),
        queued((question) => ask(question, score, ledger, opts), {
          concurrency: opts.concurrency ?? 4,
          most: MOST_WAITING,
          onDropped: ({ event, rule }: Question) => opts.onDropped?.(event, rule),
        }),
      );
    });
}

function applies(rule: Rule, event: Event): boolean {
  return rule.enabled && (rule.cameras.length === 0 || rule.cameras.includes(event.camera));
}

function ask({ event, rule }: Question, score: Score, ledger: Ledger, opts: MatchOptions): Observable<Verdict> {
  return defer(() => {
    const began = opts.now();
    return defer(() => score(event.text, rule.alert)).pipe(
      retry({ count: RETRIES, delay: (_, attempt) => timer(FIRST_DELAY * 2 ** (attempt - 1)) }),
      filter((value) => value >= rule.threshold && ledger.speak(rule, event, opts.now())),
      // times may have settled since
      map((value) => verdictOf(rule, ledger.latest(event), value, { id: opts.newId(), matchMs: Math.max(0, opts.now() - began) })),
      catchError((error: unknown) => {
        opts.onError?.(error, event, rule);
        return EMPTY;
      }),
    );
  });
}

function verdictOf(rule: Rule, event: Event, score: number, { id, matchMs }: { id: string; matchMs: number }): Verdict {
  const { id: eventId, camera, text, start, end, startUncertainty, endUncertainty, timeSource, detectedAt, latency } = event;
  const clause = clauseOf(rule.alert);
  return {
    id, phase: 'new', ruleId: rule.id, ruleText: rule.alert, severity: rule.severity, camera, eventId, text, start, end, startUncertainty, endUncertainty,
    timeSource, happenedAt: start, detectedAt, score, threshold: rule.threshold, clause,
    evidence: [{ eventId, text, start, end, score, clause }], verified: null, latency, matchMs,
  };
}

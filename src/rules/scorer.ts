import { catchError, defer, EMPTY, from, of, retry, Subject, tap, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { queued } from './queue.ts';
import { cacheScores } from './scoreCache.ts';
import type { Score } from './scoreCache.ts';

/** The model could not keep up: the question was left out. */
export const DROPPED = new Error('the model could not keep up');

/** Questions that wait for the model; beyond that the oldest goes. */
const MOST_WAITING = 1024;
/** A model that fails is restarted within seconds: asked again after 0.5, 1, 2 and 4 s, so that no alert is lost to it. */
const RETRIES = 4;
const FIRST_DELAY = 500;

interface Question {
  readonly event: string;
  readonly rule: string;
  resolve(score: number): void;
  reject(error: unknown): void;
}

/**
 * Scores, cached, no more than `concurrency` of them asked for at a time. Answers that are there at once are given at once.
 * `close` leaves out what still waits.
 */
export function createScorer(score: Score, concurrency: number): { readonly score: Score; close(): void } {
  const questions = new Subject<Question>();
  const subscription = questions.pipe(queued((question) => answer(question, score), { concurrency, most: MOST_WAITING, onDropped: ({ reject }: Question) => reject(DROPPED) })).subscribe();
  const ask: Score = (event, rule) => {
    let known: number | undefined;
    const asked = new Promise<number>((resolve, reject) => {
      const note = (value: number): void => {
        known = value;
        resolve(value);
      };
      questions.next({ event, rule, resolve: note, reject });
    });
    return known ?? asked;
  };
  return { score: cacheScores(ask), close: () => subscription.unsubscribe() };
}

function answer({ event, rule, resolve, reject }: Question, score: Score): Observable<never> {
  const asked = defer(() => {
    const value = score(event, rule);
    return typeof value === 'number' ? of(value) : from(value);
  });
  return asked.pipe(
    retry({ count: RETRIES, delay: (_, attempt) => timer(FIRST_DELAY * 2 ** (attempt - 1)) }),
    tap(resolve),
    catchError((error: unknown) => {
      reject(error);
      return EMPTY;
    }),
    (source) => source as Observable<never>,
  );
}

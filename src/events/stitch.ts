import { EMPTY, catchError, concat, concatMap, defer, forkJoin, from, groupBy, ignoreElements, mergeMap, of, tap, timeout } from 'rxjs';
import type { Observable, OperatorFunction } from 'rxjs';
import type { Answer, Event } from '../values.ts';
import { CameraStitcher } from './camera.ts';
import type { CameraStitchOptions } from './camera.ts';
import { createEquivalence } from './equivalence.ts';
import type { Equivalence } from './equivalence.ts';

export interface StitchOptions extends CameraStitchOptions {
  /** do two event texts say the same? asked only where times meet and normalised texts differ; a failure counts as no */
  equivalent(a: string, b: string): Promise<boolean> | boolean;
  /** ms to wait for an answer about two texts; later it counts as no, since events wait for it. Default 1500 */
  readonly patience?: number;
}

/** Chosen with the simulated noise of test/events: what overlapping windows and a small model do to the truth. */
export const STITCH_DEFAULTS = { tolerance: 1200, minConfidence: 0.7, confirmations: 2 } as const;

const PATIENCE = 1500;
/** Questions per window at most. */
const MOST_QUESTIONS = 8;
/** With more answers of a camera waiting than these, texts are no longer asked about: new events go before neat ones. */
const MOST_WAITING = 4;

/**
 * Joins the answers to overlapping windows into events: one happening is one event, whatever number of windows show it and
 * however their times and words differ a little. Many cameras in one stream; each camera's answers in order of their windows.
 * Phases: `new`, any number of `update`, then `end`; `retracted` when the windows after it deny it (an `update` brings it
 * back, should they change their mind). What is not sure is held until another window confirms it, or dropped.
 */
export function stitch(opts: StitchOptions): OperatorFunction<Answer, Event> {
  return (source) =>
    defer(() => {
      const equivalence = createEquivalence();
      return source.pipe(
        groupBy((answer) => answer.camera),
        mergeMap((answers) => stitchCamera(answers, opts, equivalence)),
      );
    });
}

function stitchCamera(answers: Observable<Answer>, opts: StitchOptions, equivalence: Equivalence): Observable<Event> {
  const stitcher = new CameraStitcher(opts);
  const same = (a: string, b: string): boolean => equivalence.known(a, b) ?? false;
  let waiting = 0;
  const events = answers.pipe(
    tap(() => waiting++),
    concatMap((answer) =>
      defer(() => {
        waiting--;
        const absorbed = defer(() => from(stitcher.absorb(answer, same)));
        return waiting > MOST_WAITING ? absorbed : concat(ask(stitcher, answer, opts, equivalence), absorbed);
      }),
    ),
  );
  return concat(events, defer(() => from(stitcher.finish())));
}

/** Completes when every question is answered, refused or too old; at once where there is none. */
function ask(stitcher: CameraStitcher, answer: Answer, opts: StitchOptions, equivalence: Equivalence): Observable<never> {
  const questions = stitcher.questions(answer, (a, b) => equivalence.known(a, b) !== undefined).slice(0, MOST_QUESTIONS);
  if (questions.length === 0) return EMPTY;
  const replies = questions.map(([a, b]) =>
    defer(() => reply(opts.equivalent(a, b))).pipe(
      tap((yes) => equivalence.learn(a, b, yes)),
      timeout({ each: opts.patience ?? PATIENCE }),
      // not learnt: it may be asked again when the model is back
      catchError(() => of(false)),
    ),
  );
  return forkJoin(replies).pipe(ignoreElements());
}

function reply(answer: Promise<boolean> | boolean): Observable<boolean> {
  return typeof answer === 'boolean' ? of(answer) : from(answer);
}

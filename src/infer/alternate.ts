import { Observable } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import type { Answer } from '../values.ts';

/** Of a camera's windows, one in so many is looked at in the other pairing as well: windows overlap, so that all is shown in both. */
const ONE_IN = 2;

/**
 * Lets answers pass, and has every other window of an activity looked at once more, in the other pairing of its frames: what changed
 * between the frames of one pair is seen between two pairs of the other. Such an answer follows its window's, unless the next window's
 * has come before. `look` says undefined where the model has no time for it.
 */
export function alternate(look: (answer: Answer) => Promise<Answer | undefined>): OperatorFunction<Answer, Answer> {
  return (source) =>
    new Observable((subscriber) => {
      const newest = new Map<string, { readonly answer: Answer; readonly count: number }>();
      let looks = 0;
      let over = false;
      const settle = (): void => {
        if (over && looks === 0) subscriber.complete();
      };
      const follow = (answer: Answer, other: Answer | undefined): void => {
        looks--;
        if (other && newest.get(answer.camera)?.answer === answer) subscriber.next(other);
        settle();
      };
      return source.subscribe({
        next: (answer) => {
          const count = (newest.get(answer.camera)?.count ?? 0) + (answer.reason === 'heartbeat' ? 0 : 1);
          newest.set(answer.camera, { answer, count });
          subscriber.next(answer);
          if (answer.reason === 'heartbeat' || count % ONE_IN !== 0) return;
          looks++;
          look(answer).then((other) => follow(answer, other), () => follow(answer, undefined));
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          over = true;
          settle();
        },
      });
    });
}

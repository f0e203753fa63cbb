import { Observable, Subscription } from 'rxjs';
import type { OperatorFunction } from 'rxjs';

export interface QueueOptions<T> {
  /** how many are worked on at a time */
  readonly concurrency: number;
  /** how many may wait; when one more comes, the oldest is dropped */
  readonly most: number;
  onDropped?(value: T): void;
}

/** mergeMap with a bound on what waits: newest wins. */
export function queued<T, R>(project: (value: T) => Observable<R>, opts: QueueOptions<T>): OperatorFunction<T, R> {
  return (source) =>
    new Observable<R>((subscriber) => {
      const waiting: T[] = [];
      const all = new Subscription();
      let running = 0;
      let over = false;
      const next = (): void => {
        while (running < opts.concurrency && waiting.length > 0) work(waiting.shift() as T);
        if (over && running === 0 && waiting.length === 0) subscriber.complete();
      };
      const work = (value: T): void => {
        running++;
        const one = project(value).subscribe({
          next: (result) => subscriber.next(result),
          error: (error: unknown) => subscriber.error(error),
          complete: () => {
            running--;
            next();
          },
        });
        all.add(one);
      };
      all.add(
        source.subscribe({
          next: (value) => {
            waiting.push(value);
            next();
            if (waiting.length > opts.most) opts.onDropped?.(waiting.shift() as T);
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => {
            over = true;
            next();
          },
        }),
      );
      return all;
    });
}

import { Subject } from 'rxjs';
import type { OperatorFunction } from 'rxjs';

/** What a synchronous operator makes of values that are pulled one by one: for files, which are read no faster than they are used. */
export async function* pulled<In, Out>(values: Iterable<In> | AsyncIterable<In>, operator: OperatorFunction<In, Out>): AsyncGenerator<Out, void, void> {
  const input = new Subject<In>();
  let made: Out[] = [];
  let failure: unknown;
  const subscription = input.pipe(operator).subscribe({
    next: (value) => made.push(value),
    error: (error: unknown) => (failure = error),
  });
  const take = (): Out[] => {
    if (failure !== undefined) throw failure;
    const taken = made;
    made = [];
    return taken;
  };
  try {
    for await (const value of values) {
      input.next(value);
      yield* take();
    }
    input.complete();
    yield* take();
  } finally {
    subscription.unsubscribe();
  }
}

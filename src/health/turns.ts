/**
 * Calls `begin` in its turn, first come first served, with what to call when the turn is over. Returns the same: called before the
 * turn has come, its place is gone. `urgent`: before all that wait.
 */
export type Turns = (begin: (over: () => void) => void, urgent?: boolean) => () => void;

export interface TurnRules {
  /** how many may run now; `running` do */
  atOnce(running: number): number;
  /** a turn that takes longer no longer keeps others from theirs, ms */
  readonly longest: number;
}

/** While some wait, it is seen so often whether there is room for more, ms. */
const AGAIN = 1000;

/** Turns at what a machine can do only a few times at once. Whoever waits has one place, so that the queue is as long as they are many. */
export function createTurns({ atOnce, longest }: TurnRules): Turns {
  let running = 0;
  let again: NodeJS.Timeout | undefined;
  const waiting: (() => void)[] = [];

  const next = (): void => {
    while (waiting.length > 0 && running < atOnce(running)) waiting.shift()?.();
    clearTimeout(again);
    if (waiting.length > 0) again = setTimeout(next, AGAIN).unref();
  };
  return (begin, urgent = false) => {
    let state: 'waiting' | 'running' | 'over' = 'waiting';
    let end: NodeJS.Timeout | undefined;
    const over = (): void => {
      if (state === 'over') return;
      clearTimeout(end);
      if (state === 'running') running -= 1;
      else waiting.splice(waiting.indexOf(start), 1);
      state = 'over';
      next();
    };
    const start = (): void => {
      state = 'running';
      running += 1;
      end = setTimeout(over, longest).unref();
      begin(over);
    };
    if (urgent) waiting.unshift(start);
    else waiting.push(start);
    next();
    return over;
  };
}

import { availableParallelism } from 'node:os';

/** Starting an interpreter takes a core for half a second: a hundred at once would all be late. */
const AT_ONCE = 2 * availableParallelism();
/** A start that takes longer no longer keeps others from theirs, ms: it may hang. */
const LONGEST = 5000;

let running = 0;
const waiting: (() => void)[] = [];

/**
 * Lets a few children start at a time. `begin` is called in its turn, with what to call when the start is over, up or not.
 * Returns what to call when the start is no longer wanted. `urgent`: before all that wait.
 */
export function startInTurn(begin: (over: () => void) => void, urgent = false): () => void {
  let state: 'waiting' | 'running' | 'over' = 'waiting';
  const over = (): void => {
    if (state === 'over') return;
    if (state === 'running') running -= 1;
    state = 'over';
    next();
  };
  const start = (): void => {
    if (state !== 'waiting') return;
    state = 'running';
    running += 1;
    setTimeout(over, LONGEST).unref();
    begin(over);
  };
  if (urgent) waiting.unshift(start);
  else waiting.push(start);
  next();
  return over;
}

function next(): void {
  for (let start = nextStart(); start; start = nextStart()) start();
}

function nextStart(): (() => void) | undefined {
  return running < AT_ONCE ? waiting.shift() : undefined;
}

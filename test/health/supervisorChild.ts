import { createLogger } from '../../src/health/log.ts';
import { superviseChild } from '../../src/health/child.ts';

/** A parent to be killed: it prints its child's pid. */
const child = superviseChild(
  { name: 'echo', entry: new URL('./echoChild.ts', import.meta.url), memoryMb: 300, init: 'x' },
  new AbortController().signal,
  createLogger({ level: 'silent' }),
);
child.state$.subscribe((state) => {
  if (state === 'up') process.stdout.write(`${child.pid}\n`);
});

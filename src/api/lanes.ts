import { Refusal } from './problem.ts';

/** Few at once: the others wait in line, and those for whom the line is too long are sent away. */
export interface Lanes {
  /** Resolves when it is this one's turn. @returns gives the place back @throws Refusal SERVER_BUSY, or the signal's reason */
  enter(signal: AbortSignal): Promise<() => void>;
}

export function createLanes(atOnce: number, mostWaiting: number): Lanes {
  let busy = 0;
  const waiting: Array<() => void> = [];
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else busy--;
  };
  const place = (): (() => void) => {
    let held = true;
    return () => {
      if (held) leave();
      held = false;
    };
  };
  return {
    async enter(signal) {
      if (busy < atOnce) {
        busy++;
        return place();
      }
      if (waiting.length >= mostWaiting) throw new Refusal('SERVER_BUSY', `${atOnce} of these are under way, and ${mostWaiting} wait.`, { retryAfter: 5 });
      await new Promise<void>((resolve, reject) => {
        const go = (): void => {
          signal.removeEventListener('abort', quit);
          resolve();
        };
        const quit = (): void => {
          const index = waiting.indexOf(go);
          if (index < 0) return;
          waiting.splice(index, 1);
          reject(new Refusal('SERVER_BUSY', 'nobody waits for this any more.'));
        };
        waiting.push(go);
        signal.addEventListener('abort', quit, { once: true });
        if (signal.aborted) quit();
      });
      return place();
    },
  };
}

import { Refusal } from './problem.ts';

/** Few at once: the others wait in line, and those for whom the line is too long are sent away. */
export interface Lanes {
  /** Resolves when it is this one's turn; `who` it is for. @returns gives the place back @throws Refusal SERVER_BUSY */
  enter(who: string, signal: AbortSignal): Promise<() => void>;
}

interface Waiting {
  readonly who: string;
  go(): void;
}

/** Of the line one caller has half at most, and of the places `most`: one is left to whoever else comes. */
export function createLanes(atOnce: number, mostWaiting: number, most = Math.max(1, atOnce - 1)): Lanes {
  const mostOfOne = Math.ceil(mostWaiting / 2);
  const held = new Map<string, number>();
  const waiting: Waiting[] = [];
  const holds = (who: string): number => held.get(who) ?? 0;
  const busy = (): number => [...held.values()].reduce((sum, count) => sum + count, 0);

  const take = (who: string): (() => void) => {
    held.set(who, holds(who) + 1);
    let mine = true;
    return () => {
      if (mine) leave(who);
      mine = false;
    };
  };
  const leave = (who: string): void => {
    if (holds(who) > 1) held.set(who, holds(who) - 1);
    else held.delete(who);
    const next = waiting.findIndex((one) => holds(one.who) < most);
    if (next >= 0) waiting.splice(next, 1)[0]?.go();
  };
  const line = (who: string, signal: AbortSignal): Promise<() => void> => {
    const own = waiting.filter((one) => one.who === who).length;
    if (waiting.length >= mostWaiting || own >= mostOfOne) {
      throw new Refusal('SERVER_BUSY', `${busy()} of these are under way, and ${waiting.length} wait.`, { retryAfter: 5 });
    }
    return new Promise((resolve, reject) => {
      const quit = (): void => {
        const index = waiting.indexOf(one);
        if (index < 0) return;
        waiting.splice(index, 1);
        reject(new Refusal('SERVER_BUSY', 'nobody waits for this any more.'));
      };
      const one: Waiting = {
        who,
        go() {
          signal.removeEventListener('abort', quit);
          // taken at once, so that nobody slips in between
          resolve(take(who));
        },
      };
      waiting.push(one);
      signal.addEventListener('abort', quit, { once: true });
      if (signal.aborted) quit();
    });
  };
  return {
    async enter(who, signal) {
      return busy() < atOnce && holds(who) < most ? take(who) : line(who, signal);
    },
  };
}

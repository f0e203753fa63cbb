import { LookoutError } from '../errors.ts';
import type { SpareLook } from '../infer/spareLine.ts';

export interface QuestionLine {
  /** Waits for a place, first come first served, and gives it free when `work` settles. Throws MODEL_BUSY where too many wait, or the signal's reason. */
  place<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** The same for whoever cannot put the work into one function: the place is held until what comes back is called. */
  enter(signal: AbortSignal): Promise<() => void>;
  /** One call of the model: as soon as no camera's window wants it, after two seconds in any case. */
  turn<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** questions that are worked on, and that wait */
  load(): { readonly running: number; readonly waiting: number };
}

export interface QuestionLineOptions {
  /** the cameras' line, where what can wait waits for the model; without one, calls are made at once */
  readonly spare?: { add(look: SpareLook): void };
  /** wall clock, ms */
  now(): number;
  /** questions that are worked on at a time */
  readonly atOnce?: number;
  /** … and that wait for it */
  readonly waiting?: number;
}

const AT_ONCE = 2;
const WAITING = 8;
/** Windows of cameras go first, but somebody waits, ms. */
const PATIENCE = 2000;
/** Who asks, among the cameras' names. */
const QUESTION = '\u0000question';

/** The line of those who ask, so that people and cameras share one model. */
export function createQuestionLine({ spare, now, atOnce = AT_ONCE, waiting: most = WAITING }: QuestionLineOptions): QuestionLine {
  let inside = 0;
  const waiting: (() => void)[] = [];
  /** the next takes the place over, so that nobody slips in between */
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else inside -= 1;
  };
  const enter = async (signal: AbortSignal): Promise<() => void> => {
    signal.throwIfAborted();
    if (inside >= atOnce) {
      if (waiting.length >= most) throw new LookoutError('MODEL_BUSY', `${inside} questions are being answered, and ${waiting.length} wait.`);
      await placeIn(waiting, signal);
    } else inside += 1;
    let held = true;
    return () => {
      if (held) leave();
      held = false;
    };
  };
  return {
    enter,
    load: () => ({ running: inside, waiting: waiting.length }),
    async place(work, signal) {
      const over = await enter(signal);
      try {
        return await work();
      } finally {
        over();
      }
    },
    turn: (call, signal) => new Promise((resolve, reject) => {
      let left = false;
      const abort = (): void => {
        left = true;
        reject(signal.reason as Error);
      };
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      const run = async (): Promise<void> => {
        if (left) return;
        signal.removeEventListener('abort', abort);
        await call().then(resolve, reject);
      };
      if (spare) spare.add({ camera: QUESTION, urgent: true, foreign: true, deadline: now() + PATIENCE, run, skip: () => void run() });
      else void run();
    }),
  };
}

/** Resolves when it is its turn; whoever gives up leaves the line. */
function placeIn(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      waiting.splice(waiting.indexOf(go), 1);
      reject(signal.reason as Error);
    };
    const go = (): void => {
      signal.removeEventListener('abort', abort);
      resolve();
    };
    signal.addEventListener('abort', abort, { once: true });
    waiting.push(go);
  });
}

import { InvalidApiResponseFormatError } from '@huggingface/hub';
import { setTimeout as sleep } from 'node:timers/promises';
import { ZodError } from 'zod';
import { LookoutError } from '../errors.ts';
import { backOff } from '../health/backOff.ts';
import { openLine } from './line.ts';
import type { Line, LineOptions } from './line.ts';
import { ConnectionLost, connectionLost } from './lost.ts';

export interface Hub extends LineOptions {
  /** tries without progress after which it is given up */
  readonly tries: number;
  /** ms before the second try, and at most; doubled from try to try */
  readonly wait: { readonly first: number; readonly most: number };
  /** told of a lost connection: why, and in how many ms it is tried again */
  lost(reason: string, again: number): void;
}

/** Tries until it works, or `tries` times in a row without more bytes than ever (`reached`). Errors: MODEL_PULL, and those of `attempt`. */
export async function persist<T>(hub: Hub, attempt: (line: Line) => Promise<T>, reached: () => number = () => 0): Promise<T> {
  const waits = backOff({ ...hub.wait, calm: 0 });
  let best = reached();
  for (let tries = 1; ; tries++) {
    const line = openLine(hub);
    try {
      return await attempt(line);
    } catch (error) {
      const fault = line.fault ?? asFault(error, hub.repository.endpoint);
      if (!(fault instanceof ConnectionLost)) throw fault;
      if (reached() > best) {
        best = reached();
        tries = 0;
        waits.up();
      }
      if (tries >= hub.tries) throw new LookoutError('MODEL_PULL', `${new URL(hub.repository.endpoint).host} did not answer to the end in ${hub.tries} tries (${fault.message}).`, { cause: fault });
      const again = Math.max(waits.next(), fault.waitMs);
      hub.lost(fault.message, again);
      await sleep(again);
    } finally {
      line.close();
    }
  }
}

/** What the library and the schemas throw over an answer that breaks off, or that is no hub's. */
function asFault(error: unknown, endpoint: string): unknown {
  if (error instanceof TypeError && /terminated|aborted/.test(error.message)) return connectionLost(error);
  const foreign = [SyntaxError, TypeError, ZodError, InvalidApiResponseFormatError].some((kind) => error instanceof kind);
  return foreign ? new LookoutError('MODEL_REPO_NOT_FOUND', `${endpoint} does not answer as a hub does.`, { cause: error }) : error;
}

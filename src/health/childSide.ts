import { LookoutError } from '../errors.ts';
import type { FromChild, ToChild } from './wire.ts';

export interface ChildHandlers {
  /** called once, with the spec's `init`; the child counts as up when it has resolved. A rejection ends the child. */
  init(initMessage: unknown): Promise<void> | void;
  message(message: unknown): void;
  stop(): Promise<void> | void;
}

/** A message to the parent is dropped when this many are still waiting in the pipe. */
const MAX_WAITING = 32;
/** How long `stop` and an orphan's clean-up may take, ms. */
const LAST_WORDS = 1000;
/** Rare enough that a hundred quiet cameras cost next to nothing, ms. */
const BEAT = 1500;

let waiting = 0;

/**
 * Sends a message to the supervisor. False: it was dropped, because the pipe is backed up (`limit` messages waiting) or the
 * parent is gone.
 */
export function sendToParent(message: unknown, limit = MAX_WAITING): boolean {
  return post({ kind: 'message', body: message }, limit);
}

/**
 * The life of a supervised child: greets, beats, takes `init`, hands on messages, and ends on `stop`, SIGTERM, a failed
 * init, or when the parent is gone (a child never outlives its parent). SIGINT is the parent's business.
 */
export function runChild(handlers: ChildHandlers): void {
  let ending = false;
  const end = (code: number): void => {
    if (ending) return;
    ending = true;
    // process.exit would join libuv's threads, and one of them may sit in a native call for ever: SIGKILL does not wait
    const die = (): unknown => (code === 0 ? process.kill(process.pid, 'SIGKILL') : process.exit(code));
    setTimeout(die, LAST_WORDS);
    void Promise.resolve()
      .then(() => handlers.stop())
      .catch(fail)
      .finally(die);
  };
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => end(0));
  process.on('disconnect', () => end(0));
  process.on('message', (raw) => {
    const message = raw as ToChild;
    if (message.kind === 'stop') end(0);
    else if (message.kind === 'message') handlers.message(message.body);
    else void begin(handlers, message.body).then((ok) => (ok ? undefined : end(1)));
  });
  setInterval(() => post({ kind: 'beat' }, 4), BEAT).unref();
  if (!process.connected) process.exit(1);
  post({ kind: 'hello' });
}

async function begin(handlers: ChildHandlers, body: unknown): Promise<boolean> {
  try {
    await handlers.init(body);
    post({ kind: 'ready' });
    return true;
  } catch (error) {
    await fail(error);
    return false;
  }
}

/** Resolves when the message is out, so that an exit right after does not swallow it. */
function fail(error: unknown): Promise<void> {
  const detail = error instanceof Error ? error.message : String(error);
  const message: FromChild = error instanceof LookoutError ? { kind: 'failed', detail: error.detail, code: error.code } : { kind: 'failed', detail };
  return new Promise((resolve) => {
    if (!post(message, Number.POSITIVE_INFINITY, resolve)) resolve();
  });
}

function post(message: FromChild, limit = Number.POSITIVE_INFINITY, sent?: () => void): boolean {
  if (!process.send || !process.connected || waiting >= limit) return false;
  waiting += 1;
  process.send(message, () => {
    waiting -= 1;
    sent?.();
  });
  return true;
}

import { Readable } from 'node:stream';
import { answerOf } from './problem.ts';
import type { ServerEvent, Told } from './route.ts';

const HEARTBEAT_MS = 15_000;

/**
 * Server-sent events as bytes (https://html.spec.whatwg.org/multipage/server-sent-events.html), each asked for when the client has taken the one
 * before. A comment goes out at once, so that the head does, and again whenever nothing happened for a while. What the events throw
 * becomes an event `error`.
 * @param failed hears it too
 */
export function toldStream(told: Told, signal: AbortSignal, failed: (error: unknown) => void, heartbeatMs: number = HEARTBEAT_MS): Readable {
  return Readable.from(pieces(told.events[Symbol.asyncIterator](), signal, failed, heartbeatMs), { objectMode: false, highWaterMark: 64 * 1024 });
}

type Step = IteratorResult<ServerEvent> | 'beat' | 'gone';

async function* pieces(events: AsyncIterator<ServerEvent>, signal: AbortSignal, failed: (error: unknown) => void, heartbeatMs: number): AsyncGenerator<string> {
  let finished = false;
  const { gone, release } = abortOf(signal);
  try {
    yield ': lookout\n\n';
    let next: Promise<IteratorResult<ServerEvent>> | undefined;
    while (!signal.aborted) {
      // asked for only where it is waited for: what it throws is nobody's otherwise, and would end the process
      next ??= events.next();
      const step = await oneOf(next, gone, heartbeatMs);
      if (step === 'gone') return;
      if (step === 'beat') {
        yield ': still here\n\n';
        continue;
      }
      finished = step.done === true;
      if (finished) return;
      next = undefined;
      yield written(step.value);
    }
  } catch (error) {
    finished = true;
    if (signal.aborted) return;
    const answer = answerOf(error);
    if (answer.fault) failed(error);
    yield written({ event: 'error', data: answer.problem });
  } finally {
    release();
    // Not waited for: a generator that is waiting itself is told by the signal.
    if (!finished) events.return?.().catch(failed);
  }
}

function abortOf(signal: AbortSignal): { gone: Promise<'gone'>; release(): void } {
  let abort = (): void => undefined;
  const gone = new Promise<'gone'>((resolve) => {
    abort = () => resolve('gone');
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  return { gone, release: () => signal.removeEventListener('abort', abort) };
}

async function oneOf(next: Promise<IteratorResult<ServerEvent>>, gone: Promise<'gone'>, heartbeatMs: number): Promise<Step> {
  let timer: NodeJS.Timeout | undefined;
  const beat = new Promise<'beat'>((resolve) => {
    timer = setTimeout(() => resolve('beat'), heartbeatMs);
  });
  try {
    return await Promise.race([next, gone, beat]);
  } finally {
    clearTimeout(timer);
  }
}

function written({ event, id, data }: ServerEvent): string {
  const text = typeof data === 'string' ? data : (JSON.stringify(data) ?? 'null');
  const field = (name: string, value: string | undefined): string => (value === undefined ? '' : `${name}: ${value.replace(/[\r\n\0]/g, ' ')}\n`);
  const lines = text.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  return `${field('event', event)}${field('id', id)}${lines.join('')}\n`;
}

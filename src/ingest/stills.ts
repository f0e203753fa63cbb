import { resolve } from 'node:path';
import { filter, Subscription } from 'rxjs';
import { LookoutError } from '../errors.ts';
import { superviseChild } from '../health/child.ts';
import type { SupervisedChild } from '../health/child.ts';
import { createLogger } from '../health/log.ts';
import type { FrameSize } from './frameSize.ts';
import type { FromStills, StillsOrder } from './stillsWire.ts';

/** RGB, 8 bits a channel, row by row. */
export interface Still {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Decodes pictures, in child processes. */
export interface Stills {
  /**
   * The pictures in files (JPEG, PNG, WebP, GIF, BMP; of several the first), upright and within `frameSize`. One that cannot be read is
   * the VIDEO_UNREADABLE in its place. Throws VIDEO_UNREADABLE where the child fails, or the signal's reason.
   */
  read(paths: readonly string[], frameSize: FrameSize, signal: AbortSignal): Promise<(Still | LookoutError)[]>;
}

const MEMORY_MB = 768;
/** A child takes fifty times as long to start as a small picture to decode, so who sends many finds one there: so many wait for work … */
const MOST_IDLE = 2;
/** … for so long, ms … */
const IDLE_MS = 30_000;
/** … and begin anew after so many orders, since native code sees what strangers send. */
const MOST_ORDERS = 500;

interface Worker {
  readonly child: SupervisedChild;
  orders: number;
  /** what holds while it waits */
  idle: Subscription;
}

/** Each order has a child to itself; one that has served well waits a while for the next. They end with `signal`. */
export function keepStills(signal: AbortSignal): Stills {
  const idle: Worker[] = [];
  const hire = (): Worker => {
    const known = idle.pop();
    known?.idle.unsubscribe();
    return known ?? { child: startDecoder(signal), orders: 0, idle: Subscription.EMPTY };
  };
  const dismiss = (worker: Worker): Promise<void> => {
    if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
    worker.idle.unsubscribe();
    return worker.child.stop();
  };
  const release = async (worker: Worker): Promise<void> => {
    worker.orders += 1;
    if (signal.aborted || worker.orders >= MOST_ORDERS || idle.length >= MOST_IDLE) return dismiss(worker);
    const timer = setTimeout(() => void dismiss(worker), IDLE_MS).unref();
    worker.idle = worker.child.exits$.subscribe(() => void dismiss(worker));
    worker.idle.add(() => clearTimeout(timer));
    idle.push(worker);
  };
  return {
    async read(paths, frameSize, wanted) {
      if (paths.length === 0) return [];
      wanted.throwIfAborted();
      const worker = hire();
      try {
        const found = await decode(worker.child, { paths: paths.map((path) => resolve(path)), frameSize: { ...frameSize } }, wanted);
        await release(worker);
        return found;
      } catch (error) {
        await dismiss(worker);
        throw error;
      }
    },
  };
}

function startDecoder(signal: AbortSignal): SupervisedChild {
  return superviseChild({ name: 'pictures', entry: new URL('./stillsChild.ts', import.meta.url), memoryMb: MEMORY_MB, init: {} }, signal, createLogger({ level: 'silent' }));
}

async function decode(child: SupervisedChild, order: StillsOrder, signal: AbortSignal): Promise<(Still | LookoutError)[]> {
  const found: (Still | LookoutError)[] = [];
  const ears = new Subscription();
  try {
    await new Promise<void>((done, failed) => {
      const giveUp = (): void => failed(signal.reason as Error);
      signal.addEventListener('abort', giveUp, { once: true });
      ears.add(() => signal.removeEventListener('abort', giveUp));
      ears.add(child.exits$.subscribe((exit) => failed(new LookoutError('VIDEO_UNREADABLE', `The decoder ${exit.detail}.`))));
      const take = (message: FromStills): void => {
        if (message.kind === 'end') done();
        else if (message.kind === 'picture') found[message.index] = { width: message.width, height: message.height, data: message.data };
        else found[message.index] = new LookoutError('VIDEO_UNREADABLE', message.detail);
      };
      ears.add(child.messages$.subscribe({ next: (raw) => take(raw as FromStills), complete: () => failed(new LookoutError('VIDEO_UNREADABLE', 'The decoder was stopped.')) }));
      // one that has waited for work is up already
      ears.add(child.state$.pipe(filter((state) => state === 'up')).subscribe(() => child.send(order)));
    });
  } finally {
    ears.unsubscribe();
  }
  return order.paths.map((_, i) => found[i] ?? new LookoutError('VIDEO_UNREADABLE', 'it cannot be decoded.'));
}

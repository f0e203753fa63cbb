import type { Subject } from 'rxjs';
import type { Publisher } from '../alerts/publisher.ts';
import type { Logger } from '../health/log.ts';
import type { Store } from '../store/store.ts';
import type { Window } from '../values.ts';
import { guard } from './guard.ts';

/** At the end the last windows get this long to be told, and what waits for the broker as long again, ms. */
const LAST_MS = 1200;

export interface Pipeline {
  readonly windows: Subject<Window>;
  /** windows that are not cut yet */
  readonly growing: Subject<Window>;
  counters(): { windows: number; visualTokens: number };
  /** the windows that wait are answered, open events end, and what no window showed is written down; at most `ms` */
  finish(ms: number): Promise<void>;
}

export interface Closing {
  readonly stop: AbortSignal;
  readonly halt: AbortController;
  readonly pipeline: Pipeline;
  readonly publisher: Publisher;
  readonly store: Store;
  readonly log: Logger;
}

/** Resolves when the signal has come and everything is told and written: the pipeline, what waits for the broker, the log. */
export async function closing({ stop, halt, pipeline, publisher, store, log }: Closing): Promise<void> {
  await new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), { once: true });
  });
  await pipeline.finish(LAST_MS);
  await publisher.flush(LAST_MS).catch((error: unknown) => log.error({ err: error }, 'the outbox could not be read'));
  halt.abort();
  await publisher.stopped;
  guard(log, () => store.markAlive(Date.now()));
  store.close();
}

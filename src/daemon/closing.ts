import type { Api } from '../api/server.ts';
import type { Publisher } from '../alerts/publisher.ts';
import type { Logger } from '../health/log.ts';
import type { Store } from '../store/store.ts';
import type { MediaKeeper } from '../media/keeper.ts';
import type { AlertDesk } from './alerts.ts';
import { guard } from './guard.ts';
import type { Pipeline } from './pipeline.ts';

/** At the end the last windows get this long to be told, and what waits for the broker as long again, ms. */
const LAST_MS = 1200;

export interface Closing {
  readonly stop: AbortSignal;
  /** stops the cameras */
  readonly leave: AbortController;
  readonly halt: AbortController;
  readonly pipeline: Pipeline;
  readonly media: MediaKeeper | undefined;
  readonly desk: AlertDesk;
  readonly publisher: Publisher;
  readonly store: Store;
  readonly api: Pick<Api, 'done'> | undefined;
  readonly log: Logger;
}

/** Resolves when the signal has come and everything is told and written: the pipeline, what waits for the broker, the log. */
export async function closing({ stop, leave, halt, pipeline, media, desk, publisher, store, api, log }: Closing): Promise<void> {
  await new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), { once: true });
  });
  // clips that are being cut are cut here, by the cameras' processes
  await media?.close();
  const left = Date.now();
  leave.abort();
  await pipeline.finish(LAST_MS);
  desk.close();
  // what is still gathered is to be told, too
  guard(log, () => store.flush());
  await publisher.flush(LAST_MS).catch((error: unknown) => log.error({ err: error }, 'the outbox could not be read'));
  halt.abort();
  await publisher.stopped;
  await api?.done;
  guard(log, () => store.markAlive(left));
  store.close();
}

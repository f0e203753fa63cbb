import type { Publisher } from '../alerts/publisher.ts';
import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import type { Store } from '../store/store.ts';
import type { Alert } from '../values.ts';

/** A log that cannot be written (disk full, locked by a backup) is tried again after these pauses, ms. */
const PAUSES = [500, 2000, 5000, 15_000];

/** Commits the alert with its outbox row and wakes the publisher; tries again a few times where the log cannot be written. */
export function keepAlert(alert: Alert, store: Store, publisher: Publisher, log: Logger, attempt = 0): void {
  try {
    store.putAlert(alert);
    publisher.notify();
  } catch (error) {
    const pause = PAUSES[attempt];
    const code = error instanceof LookoutError ? error.code : undefined;
    const detail = error instanceof Error ? error.message : String(error);
    log.error({ code, alert: alert.id, again_ms: pause }, `the alert could not be kept: ${detail}`);
    if (pause !== undefined) setTimeout(() => keepAlert(alert, store, publisher, log, attempt + 1), pause).unref();
  }
}

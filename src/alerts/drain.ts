import type { Alert, EventPhase } from '../values.ts';
import type { Logger } from '../health/log.ts';
import type { Connection } from './connection.ts';
import { alertPayload } from './payload.ts';
import type { Topics } from './topics.ts';

type Pending = Alert & { readonly seq: number };

/** Where alerts wait until the broker has them; the store is one. */
export interface Outbox {
  /** oldest first, those with a `seq` beyond `after` */
  pendingAlerts(limit: number, after?: number): readonly Pending[];
  markPublished(id: string, phase: EventPhase, at: number, seq?: number): void;
}

/** Empties the outbox into one connection. */
export interface Drain {
  /** there may be new rows */
  pump(): void;
  /** the connection is gone: acknowledgements that still come count for nothing */
  stop(): void;
}

/** Alerts on their way at once: enough to fill a slow link, few enough to be sent again without harm after a loss. */
const MAX_IN_FLIGHT = 16;
/** When to try again what the broker refused or the store could not mark, ms. */
const RETRY = 15_000;

/**
 * Publishes the outbox in order with QoS 1 and marks each alert when the broker acknowledges it. One that is refused does not
 * hold up the rest; it is tried again after a while. `progress` is called after every acknowledgement.
 */
export function drain(outbox: Outbox, connection: Connection, topics: Topics, log: Logger, progress: () => void): Drain {
  const window = Math.min(MAX_IN_FLIGHT, connection.receiveMaximum);
  let cursor = 0;
  let inFlight = 0;
  let live = true;

  function pump(): void {
    if (!live || inFlight >= window) return;
    attempt('the outbox cannot be read', () => {
      for (const row of outbox.pendingAlerts(window - inFlight, cursor)) {
        cursor = row.seq;
        attempt('an alert cannot be published; it stays in the outbox', () => send(row));
      }
    });
  }

  function send(row: Pending): void {
    const at = Date.now();
    const topic = topics.alert(row.camera);
    const payload = JSON.stringify(alertPayload(row, at));
    inFlight += 1;
    connection.publish(topic, payload, { qos: 1, retain: false }, (refusal) => {
      if (!live) return;
      inFlight -= 1;
      if (refusal) later.arm(refusal, 'the broker refused an alert; it stays in the outbox');
      else attempt('an alert was delivered but cannot be marked so; it will be sent once more', () => settle(row, at));
      pump();
    });
  }

  function settle(row: Pending, at: number): void {
    outbox.markPublished(row.id, row.phase, at, row.seq);
    progress();
  }

  function attempt(failure: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      later.arm(error, failure);
    }
  }

  const later = retryLater(log, () => {
    // Everything before the cursor has been answered: what is still in the outbox is what failed.
    if (inFlight === 0) cursor = 0;
    pump();
  });

  return {
    pump,
    stop: () => {
      live = false;
      later.stop();
    },
  };
}

/** Logs the first failure of a while and runs once at its end. */
function retryLater(log: Logger, run: () => void): { arm(error: unknown, what: string): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    arm(error, what) {
      if (timer) return;
      log.error({ err: error }, what);
      timer = setTimeout(() => {
        timer = undefined;
        run();
      }, RETRY);
    },
    stop: () => clearTimeout(timer),
  };
}

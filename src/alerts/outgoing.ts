import type { Logger } from '../health/log.ts';
import type { Board } from './board.ts';
import type { Connection } from './connection.ts';
import { Drain } from './drain.ts';
import type { Outbox } from './drain.ts';
import { emptied } from './emptied.ts';
import { HistoryDrain } from './historyDrain.ts';
import type { Journal } from './historyDrain.ts';
import { lossNews } from './lossNews.ts';
import type { Topics } from './topics.ts';

export interface OutgoingOptions {
  readonly topics: Topics;
  /** s */
  readonly settle: number;
  readonly mediaUrl?: string;
  readonly history?: Journal;
  /** s */
  readonly expiry: { readonly alerts?: number | undefined; readonly events?: number | undefined; readonly coverage?: number | undefined };
  readonly board: Board;
}

/** What must not get lost on its way to the broker: alerts, and behind them the history. */
export interface Outgoing {
  connected(connection: Connection): void;
  /** @param goodbye what was acknowledged is believed: nobody will ask again */
  disconnected(goodbye: boolean): void;
  /** new alerts */
  pump(): void;
  /** Waits until the broker has everything, `ms` at most; says whether it has. */
  flush(ms: number): Promise<boolean>;
}

export function outgoing(outbox: Outbox, opts: OutgoingOptions, log: Logger): Outgoing {
  const { topics, history, expiry, mediaUrl } = opts;
  const settle = opts.settle * 1000;
  const waiters = new Set<() => void>();
  let alerts: Drain | undefined;
  let entries: HistoryDrain | undefined;
  // Whatever the broker answers, alerts are the first to make use of the room.
  const progress = (): void => {
    alerts?.pump();
    entries?.pump();
    for (const check of waiters) check();
  };
  const empty = (): boolean => {
    if (alerts) return alerts.idle() && (entries?.idle() ?? true);
    return outbox.pendingAlerts(1).length === 0 && (history?.pendingHistory(1).length ?? 0) === 0;
  };
  const tellLoss = history && lossNews(history, topics, opts.board, log);
  history?.onHistory(() => {
    // nobody above would take what the log throws at this moment
    try {
      tellLoss?.();
    } catch (error) {
      log.error({ err: error }, 'what was given up of the history cannot be read');
    }
    entries?.pump();
  });
  return {
    connected(connection) {
      alerts = new Drain(outbox, connection, { topics, settle, ...(mediaUrl === undefined ? {} : { mediaUrl }), expiry: expiry.alerts, progress, others: () => entries?.onTheWay ?? 0 }, log);
      entries = history && new HistoryDrain(history, connection, { topics, settle, expiry: { event: expiry.events, coverage: expiry.coverage }, alerts: () => alerts?.onTheWay ?? 0, progress }, log);
      progress();
    },
    disconnected(goodbye) {
      for (const drain of [alerts, entries]) {
        if (goodbye) drain?.settle();
        drain?.stop();
      }
      [alerts, entries] = [undefined, undefined];
    },
    pump: () => alerts?.pump(),
    async flush(ms) {
      const done = await emptied(empty, ms, waiters);
      for (const drain of [alerts, entries]) drain?.settle();
      return done;
    },
  };
}

import { BehaviorSubject } from 'rxjs';
import type { Observable } from 'rxjs';
import type { LookoutError } from '../errors.ts';
import type { Event } from '../values.ts';
import type { Logger } from '../health/log.ts';
import type { Secret } from '../secret.ts';
import type { Connection } from './connection.ts';
import { drain } from './drain.ts';
import type { Drain, Outbox } from './drain.ts';
import { keepConnected } from './link.ts';
import { eventPayload } from './payload.ts';
import { statusBoard } from './statusBoard.ts';
import { topics } from './topics.ts';

export interface PublisherOptions {
  readonly url: string;
  readonly username?: string;
  readonly password?: Secret;
  /** 'lookout': what every topic begins with */
  readonly prefix: string;
  /** unique among the broker's clients: a second one with this id takes the first one's place */
  readonly clientId: string;
}

export interface Publisher {
  /** New rows are in the outbox. */
  notify(): void;
  /** Publishes to `<prefix>/<camera>/event` (QoS 0); nothing is kept while the broker is away. */
  publishEvent(e: Event): void;
  /** Publishes to `<prefix>/<camera>/status` (retained); the newest is sent again whenever the broker is back. */
  publishStatus(camera: string, status: object): void;
  /** Takes the camera's retained status away. */
  clearStatus(camera: string): void;
  readonly state$: Observable<'connected' | 'disconnected'>;
  /** Why the broker cannot be used at present (BROKER_UNREACHABLE, BROKER_REFUSED). */
  problem(): LookoutError | undefined;
  /** Waits until the outbox is empty, `ms` at most; says whether it is. */
  flush(ms: number): Promise<boolean>;
  /** Resolves after the signal's abort, once the broker has been told goodbye; the store may be closed then. */
  readonly stopped: Promise<void>;
}

/**
 * Starts to publish, and goes on through every loss of the broker until `signal` aborts. Alerts come out of the outbox with
 * QoS 1 and leave it when acknowledged: at least once each, in order. `<prefix>/available` (retained) says online or offline.
 * @throws LookoutError CONFIG_INVALID for a prefix that cannot be a topic
 */
export function startPublisher(opts: PublisherOptions, store: Outbox, signal: AbortSignal, log: Logger): Publisher {
  const names = topics(opts.prefix);
  const state = new BehaviorSubject<'connected' | 'disconnected'>('disconnected');
  const board = statusBoard(names);
  const waiters = new Set<() => void>();
  const progress = (): void => waiters.forEach((check) => check());
  let live: { connection: Connection; drain: Drain } | undefined;

  const link = keepConnected({ ...opts, available: names.available }, signal, log, {
    up(connection) {
      live = { connection, drain: drain(store, connection, names, log, progress) };
      connection.publish(names.available, 'online', { qos: 1, retain: true });
      board.connected(connection);
      state.next('connected');
      live.drain.pump();
    },
    down() {
      live?.drain.stop();
      live = undefined;
      board.disconnected();
      if (state.value === 'connected') state.next('disconnected');
    },
  });

  return {
    notify: () => live?.drain.pump(),
    publishEvent(e) {
      if (!live || live.connection.backedUp) return;
      live.connection.publish(names.event(e.camera), JSON.stringify(eventPayload(e)), { qos: 0, retain: false });
    },
    publishStatus: (camera, status) => board.put(camera, JSON.stringify(status)),
    clearStatus: (camera) => board.put(camera, ''),
    state$: state.asObservable(),
    problem: link.problem,
    flush: (ms) => emptied(store, ms, waiters),
    stopped: link.stopped.then(() => state.complete()),
  };
}

function emptied(store: Outbox, ms: number, waiters: Set<() => void>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const end = (empty: boolean): void => {
      clearTimeout(timer);
      waiters.delete(check);
      resolve(empty);
    };
    const check = (): void => {
      try {
        if (store.pendingAlerts(1).length === 0) end(true);
      } catch (error) {
        end(false);
        reject(error);
      }
    };
    const timer = setTimeout(() => end(false), ms);
    waiters.add(check);
    check();
  });
}

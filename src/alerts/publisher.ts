import { BehaviorSubject } from 'rxjs';
import type { Observable } from 'rxjs';
import type { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import type { Event } from '../values.ts';
import { Announcer } from './announcer.ts';
import type { Discovery } from './announcer.ts';
import { board as retained } from './board.ts';
import { commandLine } from './commandLine.ts';
import type { CommandLine } from './commandLine.ts';
import type { Command } from './commands.ts';
import type { Connection } from './connection.ts';
import { Drain } from './drain.ts';
import type { Outbox } from './drain.ts';
import { emptied } from './emptied.ts';
import { keepConnected } from './link.ts';
import { eventPayload } from './payload.ts';
import { switchStates } from './switches.ts';
import type { Switches } from './switches.ts';
import type { BrokerAccess } from './tls.ts';
import { topics } from './topics.ts';

export interface PublisherOptions extends BrokerAccess {
  /** 'lookout': what every topic begins with */
  readonly prefix: string;
  /** unique among the broker's clients: a second one with this id takes the first one's place */
  readonly clientId: string;
  /** how long an acknowledged alert stays in the outbox, in case the broker vanishes and takes it along, s; 0.5 unless told otherwise, 0 believes every acknowledgement */
  readonly settle?: number;
  /** where the media folder can be reached, for links in alerts */
  readonly mediaUrl?: string;
  /** what can be switched; its states are published */
  readonly switches?: Switches;
  /** tells Home Assistant of what can be switched */
  readonly discovery?: Discovery;
  /** Obeys what people ask for over MQTT. Without it nothing is asked for. A rejection is logged. */
  onCommand?(c: Command): void | Promise<void>;
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
  /** The configuration has changed: publishes the states of rules and cameras (retained) and tells Home Assistant what there is now. */
  publishSwitches(): void;
  readonly state$: Observable<'connected' | 'disconnected'>;
  /** Why the broker cannot be used at present (BROKER_…). */
  problem(): LookoutError | undefined;
  /** Waits until the broker has acknowledged all that is in the outbox, `ms` at most; says whether it has. */
  flush(ms: number): Promise<boolean>;
  /** Resolves after the signal's abort, once the broker has been told goodbye; the store may be closed then. */
  readonly stopped: Promise<void>;
}

const SETTLE_S = 0.5;

/**
 * Starts to publish, and goes on through every loss of the broker until `signal` aborts. Alerts come out of the outbox with
 * QoS 1 and leave it when acknowledged: at least once each, in order. `<prefix>/available` (retained) says online or offline.
 * @throws LookoutError CONFIG_INVALID for a prefix that cannot be a topic
 */
export function startPublisher(opts: PublisherOptions, store: Outbox, signal: AbortSignal, log: Logger): Publisher {
  const names = topics(opts.prefix);
  const state = new BehaviorSubject<'connected' | 'disconnected'>('disconnected');
  const board = retained();
  const waiters = new Set<() => void>();
  const draining = { topics: names, settle: (opts.settle ?? SETTLE_S) * 1000, mediaUrl: opts.mediaUrl, progress: (): void => waiters.forEach((check) => check()) };
  const commands = opts.onCommand && commandLine(names, opts.onCommand.bind(opts), log);
  const states = opts.switches && switchStates(names, opts.switches, board);
  const told = opts.switches && opts.discovery && new Announcer({ names, switches: opts.switches, discovery: opts.discovery, commands: Boolean(commands), board }, log);
  let live: { connection: Connection; drain: Drain } | undefined;

  const link = keepConnected({ ...opts, available: names.available }, signal, log, {
    up(connection) {
      live = { connection, drain: new Drain(store, connection, draining, log) };
      connection.publish(names.available, 'online', { qos: 1, retain: true });
      board.connected(connection);
      listen(connection, names.commands, commands, told, log);
      state.next('connected');
      live.drain.pump();
    },
    message: (message) => told?.message(message) || commands?.take(message),
    down() {
      if (signal.aborted) live?.drain.settle();
      live?.drain.stop();
      live = undefined;
      board.disconnected();
      told?.disconnected();
      if (state.value === 'connected') state.next('disconnected');
    },
  });

  states?.show();
  return {
    notify: () => live?.drain.pump(),
    publishEvent(e) {
      if (!live || live.connection.backedUp) return;
      live.connection.publish(names.event(e.camera), JSON.stringify(eventPayload(e)), { qos: 0, retain: false, json: { id: e.id, phase: e.phase } });
    },
    publishStatus: (camera, status) => board.put(names.status(camera), JSON.stringify(status)),
    clearStatus: (camera) => board.put(names.status(camera), ''),
    publishSwitches: () => {
      states?.show();
      told?.changed();
    },
    state$: state.asObservable(),
    problem: link.problem,
    flush: async (ms) => {
      const empty = await emptied(() => live?.drain.idle() ?? store.pendingAlerts(1).length === 0, ms, waiters);
      live?.drain.settle();
      return empty;
    },
    stopped: link.stopped.then(() => {
      commands?.stop();
      state.complete();
    }),
  };
}

function listen(connection: Connection, filters: readonly string[], commands: CommandLine | undefined, told: Announcer | undefined, log: Logger): void {
  told?.connected(connection);
  if (!commands) return;
  connection.subscribe(filters, (refused) => {
    if (refused.length > 0) log.warn({ topics: refused }, 'the broker does not let Lookout hear commands there');
  });
}

import { BehaviorSubject } from 'rxjs';
import type { Observable } from 'rxjs';
import type { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import type { Event } from '../values.ts';
import { Announcer } from './announcer.ts';
import type { Discovery } from './announcer.ts';
import { board as retained } from './board.ts';
import type { Board } from './board.ts';
import { commandLine } from './commandLine.ts';
import type { CommandLine } from './commandLine.ts';
import type { Command } from './commands.ts';
import type { Connection } from './connection.ts';
import type { Outbox } from './drain.ts';
import type { Journal } from './historyDrain.ts';
import { watchedPayload } from './historyPayload.ts';
import type { Unwatched } from './historyPayload.ts';
import { keepConnected } from './link.ts';
import { neighbours } from './neighbours.ts';
import { outgoing } from './outgoing.ts';
import { eventPayload } from './payload.ts';
import { switchStates } from './switches.ts';
import type { Switches } from './switches.ts';
import type { BrokerAccess } from './tls.ts';
import { topics } from './topics.ts';
import type { Place, Topics } from './topics.ts';

export interface PublisherOptions extends BrokerAccess, Place {
  /** 'lookout': what every topic begins with */
  readonly prefix: string;
  /** unique among the broker's clients: a second one with this id takes the first one's place */
  readonly clientId: string;
  /** how long an acknowledged alert stays in the outbox, in case the broker vanishes and takes it along, s; 0.5 unless told otherwise, 0 believes every acknowledgement */
  readonly settle?: number;
  /** tells of every event, and of every time that was not watched, as surely as of alerts; without it events are told as they come */
  readonly history?: Journal;
  /** how long the broker keeps messages for who is away, s; for ever where nothing is said */
  readonly expiry?: { readonly alerts?: number | undefined; readonly events?: number | undefined; readonly coverage?: number | undefined };
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
  /** Publishes to `<prefix>/<camera>/event` (QoS 0); nothing is kept while the broker is away. With `history` the journal tells of it, and this does nothing. */
  publishEvent(e: Event): void;
  /** Publishes to `<prefix>/<camera>/status` (retained); the newest is sent again whenever the broker is back. */
  publishStatus(camera: string, status: object): void;
  /** Publishes to `<prefix>/<camera>/watched` (retained): it is since `since` (ms), or is not, and why. */
  publishWatched(camera: string, why: Unwatched | undefined, since: number): void;
  /** Takes away what is retained of the camera. */
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
  const names = topics(opts.prefix, opts);
  const { history, expiry = {} } = opts;
  const state = new BehaviorSubject<'connected' | 'disconnected'>('disconnected');
  const board = retained();
  const shards = neighbours(names);
  const commands = opts.onCommand && commandLine(names, opts.onCommand.bind(opts), log);
  const states = opts.switches && switchStates(names, opts.switches, board);
  const told = opts.switches && opts.discovery && new Announcer({ names, switches: opts.switches, discovery: opts.discovery, commands: Boolean(commands), board }, log);
  const surely = outgoing(store, { ...opts, topics: names, settle: opts.settle ?? SETTLE_S, expiry, board }, log);
  let live: Connection | undefined;

  const link = keepConnected({ ...opts, available: names.available }, signal, log, {
    up(connection) {
      live = connection;
      connection.publish(names.available, 'online', { qos: 1, retain: true });
      board.connected(connection);
      shards.connected(connection);
      listen(connection, names.commands, commands, told, log);
      state.next('connected');
      surely.connected(connection);
    },
    message: (message) => shards.message(message) || told?.message(message) || commands?.take(message),
    down() {
      surely.disconnected(signal.aborted);
      live = undefined;
      board.disconnected();
      shards.disconnected();
      told?.disconnected();
      if (state.value === 'connected') state.next('disconnected');
    },
  });

  states?.show();
  return {
    notify: surely.pump,
    publishEvent(e) {
      if (history || !live || live.backedUp) return;
      live.publish(names.event(e.camera), JSON.stringify(eventPayload(e, names.site)), { qos: 0, retain: false, expiry: expiry.events, json: { id: e.id, phase: e.phase } });
    },
    ...cameraNews(names, board),
    publishSwitches: () => {
      states?.show();
      told?.changed();
    },
    state$: state.asObservable(),
    problem: link.problem,
    flush: surely.flush,
    stopped: link.stopped.then(() => {
      commands?.stop();
      state.complete();
    }),
  };
}

/** What is retained of each camera. */
function cameraNews(names: Topics, board: Board): Pick<Publisher, 'publishStatus' | 'publishWatched' | 'clearStatus'> {
  const shard = names.shard ? { shard: names.shard.index } : {};
  return {
    publishStatus: (camera, status) => board.put(names.status(camera), JSON.stringify({ site: names.site, ...shard, ...status })),
    publishWatched: (camera, why, since) => board.put(names.watched(camera), JSON.stringify(watchedPayload(camera, why, since, names.site))),
    clearStatus: (camera) => [names.status(camera), names.watched(camera)].forEach((topic) => board.put(topic, '')),
  };
}

function listen(connection: Connection, filters: readonly string[], commands: CommandLine | undefined, told: Announcer | undefined, log: Logger): void {
  told?.connected(connection);
  if (!commands) return;
  connection.subscribe(filters, (refused) => {
    if (refused.length > 0) log.warn({ topics: refused }, 'the broker does not let Lookout hear commands there');
  });
}

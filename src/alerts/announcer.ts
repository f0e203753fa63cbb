import type { Logger } from '../health/log.ts';
import type { Board } from './board.ts';
import type { Connection, Message } from './connection.ts';
import { announcedAs, announcedIn, discoveryDocument, discoveryTopic } from './discovery.ts';
import type { Announced } from './discovery.ts';
import type { Switches } from './switches.ts';
import type { Topics } from './topics.ts';

export interface Discovery {
  /** what Home Assistant's topics begin with: 'homeassistant' */
  readonly prefix: string;
  /** false takes away what was announced before */
  readonly enabled: boolean;
}

export interface AnnouncerOptions {
  readonly names: Topics;
  readonly switches: Switches;
  readonly discovery: Discovery;
  /** there is somebody to obey the switches */
  readonly commands: boolean;
  readonly board: Board;
}

/** What the broker has kept comes right after the subscription; so long is waited for it, ms. */
const RECALL = 300;
/** Home Assistant may come and go: it is told again after a moment, however often it says so, ms. */
const AGAIN = 1000;

/**
 * Tells Home Assistant what there is. The retained document doubles as memory: what an earlier run announced and is gone since is
 * found in it, removed from Home Assistant, and its retained states with it.
 */
export class Announcer {
  readonly #opts: AnnouncerOptions;
  readonly #log: Logger;
  readonly #topic: string;
  readonly #birth: string;
  readonly #announced = new Map<string, Announced>();
  #connection: Connection | undefined;
  #recalling = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(opts: AnnouncerOptions, log: Logger) {
    this.#opts = opts;
    this.#log = log;
    this.#topic = discoveryTopic(opts.names, opts.discovery.prefix);
    this.#birth = `${opts.discovery.prefix}/status`;
  }

  connected(connection: Connection): void {
    this.#connection = connection;
    this.#recalling = true;
    connection.subscribe(this.#opts.discovery.enabled ? [this.#topic, this.#birth] : [this.#topic], (refused) => {
      if (refused.length > 0 && this.#opts.discovery.enabled) this.#log.warn({ topics: refused }, 'the broker does not let Lookout hear Home Assistant');
      this.#soon(RECALL);
    });
  }

  disconnected(): void {
    clearTimeout(this.#timer);
    this.#connection = undefined;
  }

  /** Says whether the message was for it. */
  message({ topic, payload, retain }: Message): boolean {
    if (topic === this.#birth) {
      if (payload.toString('utf8') === 'online') this.#soon(AGAIN);
      return true;
    }
    if (topic !== this.#topic) return false;
    if (this.#recalling && retain) for (const one of announcedIn(payload)) this.#announced.set(one.key, one);
    return true;
  }

  /** The configuration may have changed. */
  changed(): void {
    if (!this.#recalling) this.#announce();
  }

  #soon(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#announce(), ms);
  }

  #announce(): void {
    if (!this.#connection) return;
    if (this.#recalling) this.#connection.unsubscribe(this.#topic);
    this.#recalling = false;
    if (this.#opts.discovery.enabled) this.#tell();
    else if (this.#announced.size > 0) {
      this.#send('');
      this.#announced.clear();
    }
  }

  #tell(): void {
    const { names, switches, commands } = this.#opts;
    const document = discoveryDocument(names, switches, commands);
    const gone = [...this.#announced.values()].filter(({ key }) => !(key in document.components));
    if (gone.length > 0) {
      // First with their platform alone, which removes them from Home Assistant, then without, which removes them from here.
      const removals = Object.fromEntries(gone.map(({ key, platform }) => [key, { platform }]));
      this.#send(JSON.stringify({ ...document, components: { ...document.components, ...removals } }));
      for (const one of gone) this.#forget(one);
    }
    this.#send(JSON.stringify(document));
    for (const one of Object.keys(document.components).flatMap(announcedAs)) this.#announced.set(one.key, one);
  }

  #send(payload: string): void {
    if (this.#connection && Buffer.byteLength(payload) > this.#connection.mostBytes) {
      this.#log.warn({ bytes: Buffer.byteLength(payload) }, 'what there is to tell Home Assistant is longer than the broker takes');
      return;
    }
    this.#connection?.publish(this.#topic, payload, { qos: 1, retain: true, ...(payload ? { json: {} } : {}) }, (refusal) => {
      if (refusal) this.#log.warn({ topic: this.#topic, reason: refusal.message }, 'the broker refuses what Lookout tells Home Assistant');
    });
  }

  #forget({ key, kind, id }: Announced): void {
    const { names, switches, board } = this.#opts;
    this.#announced.delete(key);
    const known = kind === 'rule' ? switches.rules() : switches.cameras();
    if (known.some((one) => one.id === id)) return;
    board.put(names.state(kind, id), '');
    board.put(kind === 'rule' ? names.snoozeState(id) : names.status(id), '');
    if (kind === 'camera') board.put(names.watched(id), '');
  }
}

import type { Logger } from '../health/log.ts';
import type { Alert, EventPhase } from '../values.ts';
import type { Connection } from './connection.ts';
import { alertPayload } from './payload.ts';
import { retryLater } from './retryLater.ts';
import type { RetryLater } from './retryLater.ts';
import { settling } from './settling.ts';
import type { Settling } from './settling.ts';
import type { Topics } from './topics.ts';
import { unheard } from './unheard.ts';
import type { Unheard } from './unheard.ts';

export type Pending = Alert & { readonly seq: number };

/** A state of an alert that the broker has taken; `at` is when it was handed over, ms. */
export type Delivered = Pick<Pending, 'id' | 'phase' | 'seq'> & { readonly at: number };

/** Where alerts wait until the broker has them; the store is one. */
export interface Outbox {
  /** oldest first, those with a `seq` beyond `after` */
  pendingAlerts(limit: number, after?: number): readonly Pending[];
  markPublished(id: string, phase: EventPhase, at: number, seq?: number): void;
  /** the same for many, in one transaction, where the store knows how */
  markAllPublished?(rows: readonly Delivered[]): void;
}

export interface DrainOptions {
  readonly topics: Topics;
  /**
   * how long an acknowledged alert stays in the outbox, in case the broker vanishes and takes it along, ms; with 0 an acknowledgement
   * is believed, also where nobody heard the alert
   */
  readonly settle: number;
  readonly mediaUrl?: string;
  /** so long the broker keeps an alert for who is away, s; by default one that nobody could be told of in time is still to be told */
  readonly expiry?: number | undefined;
  /** messages other than alerts that the broker has not acknowledged: it takes so many together and no more */
  others?(): number;
  /** called after every acknowledgement */
  progress(): void;
}

/** Alerts on their way at once: enough to fill a slow link, few enough to be sent again without harm after a loss. */
const MAX_IN_FLIGHT = 64;

/**
 * Empties the outbox into one connection, in order, with QoS 1. What the broker acknowledges leaves the outbox a little later: a
 * broker that is killed may not have passed it on. One that is refused does not hold up the rest, but for what else there is to
 * say of the same alert; it is tried again after a while, and so is for some time what nobody was there to hear.
 */
export class Drain {
  readonly #outbox: Outbox;
  readonly #connection: Connection;
  readonly #opts: DrainOptions;
  readonly #window: number;
  readonly #onTheWay = new Set<number>();
  readonly #refused = new Set<string>();
  readonly #later: RetryLater;
  readonly #settling: Settling<Delivered>;
  readonly #unheard: Unheard;
  #cursor = 0;
  #live = true;

  constructor(outbox: Outbox, connection: Connection, opts: DrainOptions, log: Logger) {
    this.#outbox = outbox;
    this.#connection = connection;
    this.#opts = opts;
    this.#window = Math.min(MAX_IN_FLIGHT, connection.receiveMaximum);
    this.#later = retryLater(log, () => this.#again());
    this.#settling = settling(opts.settle, (rows) => this.#leave(rows));
    this.#unheard = unheard(() => this.#again(), log);
  }

  /** There may be new rows. */
  pump(): void {
    if (!this.#live) return;
    this.#attempt('the outbox cannot be read', () => {
      // What settles stays where it is, so that after a retry whole pages may hold nothing to send.
      for (let rows = this.#next(); rows.length > 0; rows = this.#next()) {
        for (const row of rows) {
          this.#cursor = row.seq;
          if (!this.#waits(row)) this.#attempt('an alert cannot be published; it stays in the outbox', () => this.#send(row));
        }
      }
    });
  }

  /** Alerts that the broker has not acknowledged yet. */
  get onTheWay(): number {
    return this.#onTheWay.size;
  }

  /** The broker has acknowledged everything that is in the outbox. */
  idle(): boolean {
    return this.#onTheWay.size === 0 && !this.#later.armed() && this.#outbox.pendingAlerts(1, this.#cursor).length === 0;
  }

  /** What was acknowledged leaves the outbox now. */
  settle(): void {
    this.#settling.flush();
  }

  /** The connection is gone: acknowledgements that still come count for nothing, and neither do those that have not settled. */
  stop(): void {
    this.#live = false;
    this.#later.stop();
    this.#settling.stop();
    this.#unheard.stop();
  }

  #next(): readonly Pending[] {
    const others = this.#opts.others?.() ?? 0;
    const room = this.#connection.backedUp ? 0 : Math.min(this.#window, this.#connection.receiveMaximum - others) - this.#onTheWay.size;
    return room > 0 ? this.#outbox.pendingAlerts(room, this.#cursor) : [];
  }

  #waits({ seq, id }: Pending): boolean {
    return this.#onTheWay.has(seq) || this.#settling.has(seq) || this.#refused.has(id) || this.#unheard.waits(id);
  }

  #send(row: Pending): void {
    const at = Date.now();
    const { id, phase, seq, ruleId: rule, severity } = row;
    const topic = this.#opts.topics.alert(row.camera);
    const payload = this.#payload(row, at);
    this.#onTheWay.add(seq);
    this.#connection.publish(topic, payload, { qos: 1, retain: false, expiry: this.#opts.expiry, json: { id, phase, rule, severity } }, (refusal, heard) => {
      if (!this.#live) return;
      this.#onTheWay.delete(seq);
      if (refusal) this.#refuse(id, refusal);
      else this.#acknowledge({ id, phase, seq, at }, heard);
      this.#opts.progress();
      this.pump();
    });
  }

  /** A broker ends the connection over what is too long for it, and would again and again: evidence is what an alert can do without. */
  #payload(row: Pending, at: number): string {
    const { mostBytes } = this.#connection;
    const whole = alertPayload(row, at, this.#opts.mediaUrl, this.#opts.topics.site);
    for (const message of [whole, { ...whole, evidence: [] }]) {
      const text = JSON.stringify(message);
      if (Buffer.byteLength(text) <= mostBytes) return text;
    }
    throw new Error(`alert ${row.id} is longer than the ${mostBytes} bytes that the broker takes`);
  }

  #refuse(id: string, refusal: Error): void {
    this.#refused.add(id);
    this.#later.arm(refusal, 'the broker refused an alert; it stays in the outbox');
  }

  #acknowledge(row: Delivered, heard: boolean): void {
    if (!heard && this.#opts.settle > 0 && this.#unheard.keep(row)) return;
    this.#settling.add(row);
    if (heard) this.#unheard.heard(row.seq);
  }

  /** From the beginning: what is in the outbox, not on its way and does not settle is what failed. */
  #again(): void {
    this.#refused.clear();
    this.#cursor = 0;
    this.pump();
  }

  #leave(rows: readonly Delivered[]): void {
    this.#attempt('alerts were delivered but cannot be marked so; they will be sent once more', () => {
      if (this.#outbox.markAllPublished) this.#outbox.markAllPublished(rows);
      else for (const { id, phase, at, seq } of rows) this.#outbox.markPublished(id, phase, at, seq);
    });
  }

  #attempt(failure: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#later.arm(error, failure);
    }
  }
}

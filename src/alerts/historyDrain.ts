import type { Logger } from '../health/log.ts';
import type { HistoryEntry, HistoryLoss } from '../record.ts';
import type { Connection } from './connection.ts';
import { coveragePayload } from './historyPayload.ts';
import { eventPayload } from './payload.ts';
import { retryLater } from './retryLater.ts';
import type { RetryLater } from './retryLater.ts';
import { settling } from './settling.ts';
import type { Settling } from './settling.ts';
import type { Topics } from './topics.ts';
import { audience } from './audience.ts';
import type { Audience } from './audience.ts';

/** Where the history waits until the broker has it; the store is one. */
export interface Journal {
  /** oldest first, those with a `seq` beyond `after` */
  pendingHistory(limit: number, after?: number): readonly HistoryEntry[];
  /** the broker has them */
  forgetHistory(seqs: readonly number[]): void;
  historyLoss(): HistoryLoss;
  /** `hear` is called when there may be more, or less, to tell */
  onHistory(hear: () => void): void;
}

export interface HistoryDrainOptions {
  readonly topics: Topics;
  /** as of alerts, ms */
  readonly settle: number;
  /** so long the broker keeps an entry for who is away, s */
  readonly expiry: Readonly<Record<HistoryEntry['kind'], number | undefined>>;
  /** alerts that are on their way: they go first */
  alerts(): number;
  /** called after every acknowledgement */
  progress(): void;
}

/** Entries on their way at once: few enough that an alert need not wait behind them. */
const MOST = 16;

/**
 * Empties the journal into one connection: strictly in order, with QoS 1, and only while no alert waits for its acknowledgement. What
 * the broker acknowledges leaves the journal a little later, as alerts do. Where one is refused, or nobody is there to hear it, all
 * that comes after it waits, and is sent (again) behind it.
 */
export class HistoryDrain {
  readonly #journal: Journal;
  readonly #connection: Connection;
  readonly #opts: HistoryDrainOptions;
  readonly #log: Logger;
  readonly #onTheWay = new Set<number>();
  readonly #settling: Settling<{ readonly seq: number }>;
  readonly #later: RetryLater;
  readonly #audience: Audience;
  /** the oldest entry that has to be sent again; nothing is sent until what is on its way has been answered */
  #held: number | undefined;
  #cursor = 0;
  #live = true;

  constructor(journal: Journal, connection: Connection, opts: HistoryDrainOptions, log: Logger) {
    this.#journal = journal;
    this.#connection = connection;
    this.#opts = opts;
    this.#log = log;
    this.#later = retryLater(log, () => this.#again());
    this.#settling = settling(opts.settle, (rows) => this.#attempt('the history was told but cannot be marked so; it will be told once more', () => this.#journal.forgetHistory(rows.map(({ seq }) => seq))));
    this.#audience = audience(() => this.#again());
  }

  get onTheWay(): number {
    return this.#onTheWay.size;
  }

  /** There may be new entries, or room for them. */
  pump(): void {
    if (!this.#live || this.#held !== undefined || this.#later.armed()) return;
    this.#attempt('the history cannot be told', () => {
      for (let rows = this.#next(); rows.length > 0 && this.#held === undefined; rows = this.#next()) rows.forEach((row) => this.#send(row));
    });
  }

  /** The broker has everything. */
  idle(): boolean {
    return this.#onTheWay.size === 0 && this.#held === undefined && !this.#later.armed() && this.#journal.pendingHistory(1, this.#cursor).length === 0;
  }

  settle(): void {
    this.#settling.flush();
  }

  /** The connection is gone: what has not settled is told again on the next one. */
  stop(): void {
    this.#live = false;
    this.#later.stop();
    this.#settling.stop();
    this.#audience.stop();
  }

  #next(): readonly HistoryEntry[] {
    if (this.#connection.backedUp || this.#opts.alerts() > 0) return [];
    const room = Math.min(MOST, this.#connection.receiveMaximum) - this.#onTheWay.size;
    return room > 0 ? this.#journal.pendingHistory(room, this.#cursor) : [];
  }

  #send(entry: HistoryEntry): void {
    const { seq, kind } = entry;
    this.#cursor = seq;
    const told = this.#told(entry);
    if (!told) {
      this.#settling.add({ seq });
      return;
    }
    this.#onTheWay.add(seq);
    this.#connection.publish(told.topic, told.text, { qos: 1, retain: false, expiry: this.#opts.expiry[kind], json: told.json }, (refusal, heard) => {
      if (!this.#live) return;
      this.#onTheWay.delete(seq);
      if (refusal) this.#hold(seq, () => this.#later.arm(refusal, 'the broker refuses the history; it waits and is tried again'));
      else if (this.#opts.settle > 0 && !this.#audience.answered(kind, heard)) this.#hold(seq);
      else if (this.#held === undefined) this.#settling.add({ seq });
      this.#opts.progress();
      this.#resume();
    });
  }

  /** What cannot be a message at all must not hold up the rest for ever: it stays in the log, and that is told. */
  #told(entry: HistoryEntry): { readonly topic: string; readonly text: string; readonly json: Record<string, string> } | undefined {
    const { topics } = this.#opts;
    try {
      const [topic, payload] =
        entry.kind === 'event'
          ? [topics.event(entry.event.camera), eventPayload(entry.event, topics.site, entry.seq)]
          : [topics.coverage(entry.gap.camera), coveragePayload(entry.gap, entry.change, entry.seq, entry.recordedAt, topics.site)];
      const text = JSON.stringify(payload);
      if (Buffer.byteLength(text) > this.#connection.mostBytes) throw new Error(`longer than the ${this.#connection.mostBytes} bytes that the broker takes`);
      return { topic, text, json: { id: payload.id, phase: payload.phase, revision: String(entry.seq) } };
    } catch (error) {
      this.#log.error({ err: error, seq: entry.seq }, 'an entry of the history cannot be told');
      return undefined;
    }
  }

  #hold(seq: number, arm: () => void = () => undefined): void {
    this.#held = Math.min(this.#held ?? seq, seq);
    arm();
  }

  /** When all that was sent with it is answered, it waits to be tried again: by a timer of its own, or the broker's. */
  #resume(): void {
    if (this.#held === undefined || this.#onTheWay.size > 0) return this.pump();
    if (!this.#later.armed()) this.#audience.wait();
  }

  #again(): void {
    if (!this.#live || this.#onTheWay.size > 0) return;
    if (this.#held !== undefined) this.#cursor = this.#held - 1;
    this.#held = undefined;
    this.pump();
  }

  #attempt(failure: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#later.arm(error, failure);
    }
  }
}

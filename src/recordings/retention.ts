import { readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { freeNow, LEFT_FREE } from '../health/disk.ts';
import type { Logger } from '../health/log.ts';
import { openFolder } from './folder.ts';
import type { RecordingsFolder } from './folder.ts';
import { settleLeft } from './left.ts';

export interface RetentionOptions {
  readonly folder: string;
  readonly days: number;
  readonly maxMb: number;
  readonly log: Logger;
  /** wall clock, ms */
  now(): number;
  /** bytes free on the folder's disk */
  free?(): number;
}

/** Keeps the folder of recordings within its bounds. */
export interface Retention {
  /** A file was finished: where it is one too many, the oldest go. */
  wrote(file: string, bytes: number): void;
  /** Settles what was left unfinished, and deletes what is too old or too much, the oldest first, never what is written to. It does not reject. */
  prune(): Promise<void>;
}

/** From the start on, and once a minute, until the signal aborts. */
export function startRetention(opts: RetentionOptions, signal: AbortSignal): Retention {
  const keeper = new Keeper(opts);
  void keeper.prune();
  const timer = setInterval(() => void keeper.prune(), EVERY);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return keeper;
}

const EVERY = 60_000;

/** What there is of a camera's day. */
interface Day {
  bytes: number;
  /** when the first of its files was written, ms: age goes by this machine's clock, whatever a camera's says */
  oldest: number;
}

const DAY_MS = 86_400_000;
/** A little more than has to stays free, so that the next files have room, bytes. */
const MARGIN = 64e6;
/** Files deleted or looked at before others have their turn. */
const AT_ONCE = 200;

class Keeper implements Retention {
  readonly #opts: RetentionOptions;
  readonly #folder: RecordingsFolder;
  readonly #days = new Map<string, Day>();
  #bytes = 0;
  #counted = false;
  #pruning = false;
  #work: Promise<void> = Promise.resolve();

  constructor(opts: RetentionOptions) {
    this.#opts = opts;
    this.#folder = openFolder(opts.folder);
  }

  wrote(file: string, bytes: number): void {
    // what is not counted yet is counted with the rest
    if (!this.#counted) return;
    this.#add(dirname(file), bytes, this.#opts.now());
    if (this.#over() > 0 && !this.#pruning) void this.prune();
  }

  prune(): Promise<void> {
    this.#pruning = true;
    return (this.#work = this.#work.then(() => this.#prune()).finally(() => (this.#pruning = false)));
  }

  async #prune(): Promise<void> {
    try {
      for (const [folder] of this.#everyDay()) {
        for (const { file, bytes } of settleLeft(folder, this.#opts.now())) if (this.#counted) this.#add(dirname(file), bytes, this.#opts.now());
        await setImmediate();
      }
      if (!this.#counted) await this.#count();
      const deleted = await this.#delete();
      if (deleted > 0) this.#opts.log.info({ deleted }, 'deleted the oldest recordings');
    } catch (error) {
      this.#opts.log.warn({ code: 'RECORDINGS_WRITE' }, `the folder of recordings: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #add(folder: string, bytes: number, at: number): void {
    const day = this.#days.get(folder) ?? { bytes: 0, oldest: at };
    this.#days.set(folder, day);
    day.bytes += bytes;
    day.oldest = Math.min(day.oldest, at);
    this.#bytes += bytes;
  }

  async #count(): Promise<void> {
    for (const [folder] of this.#everyDay()) await this.#again(folder);
    this.#counted = true;
  }

  *#everyDay(): Generator<[folder: string, camera: string, day: string]> {
    for (const camera of this.#folder.cameras()) {
      for (const day of this.#folder.days(camera)) yield [join(this.#folder.path, camera, day), camera, day];
    }
  }

  /** @returns how many files */
  async #delete(): Promise<number> {
    const { days, now } = this.#opts;
    const before = now() - days * DAY_MS;
    let deleted = 0;
    const old = [...this.#days].filter(([, day]) => day.oldest < before);
    for (const [folder] of old) deleted += await this.#again(folder, (_, at) => at < before);
    for (let over = this.#over(); over > 0; over = this.#over()) {
      // of the oldest day of all cameras a part each, so that it goes from all of them
      const first = [...this.#days.keys()].map((folder) => basename(folder)).toSorted()[0];
      const oldest = [...this.#days].filter(([folder]) => basename(folder) === first);
      const held = oldest.reduce((sum, [, { bytes }]) => sum + bytes, 0);
      let gone = 0;
      for (const [folder, { bytes }] of oldest) {
        let left = (over * bytes) / held;
        gone += await this.#again(folder, (size) => {
          const wanted = left > 0;
          left -= size;
          return wanted;
        });
      }
      deleted += gone;
      // what cannot be deleted is not tried for ever
      if (gone === 0) break;
    }
    return deleted;
  }

  /** Bytes that are too many. */
  #over(): number {
    const { maxMb, free } = this.#opts;
    const room = statSync(this.#folder.path, { throwIfNoEntry: false }) ? (free ?? (() => freeNow(this.#folder.path)))() : LEFT_FREE;
    return Math.max(this.#bytes - 1e6 * maxMb, room < LEFT_FREE ? LEFT_FREE + MARGIN - room : 0);
  }

  /** Counts a day anew, and deletes of its files, oldest first, those that are unwanted, but none that is written to. @returns how many */
  async #again(folder: string, unwanted: (bytes: number, at: number) => boolean = () => false): Promise<number> {
    const files = this.#folder.day(basename(dirname(folder)), basename(folder));
    this.#bytes -= this.#days.get(folder)?.bytes ?? 0;
    this.#days.delete(folder);
    let [deleted, looked] = [0, 0];
    for (const { file } of files) {
      if (++looked % AT_ONCE === 0) await setImmediate();
      const stat = file.endsWith('.part') ? undefined : statSync(file, { throwIfNoEntry: false });
      if (!stat) continue;
      if (unwanted(stat.size, stat.mtimeMs)) {
        rmSync(file, { force: true });
        deleted += 1;
      } else this.#add(folder, stat.size, stat.mtimeMs);
    }
    if (!this.#days.has(folder)) removeEmpty(folder);
    return deleted;
  }
}

function removeEmpty(folder: string): void {
  for (const one of [folder, dirname(folder)]) {
    if (readdirSync(one).length > 0) return;
    rmdirSync(one);
  }
}

import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LookoutError } from '../errors.ts';
import { inTime } from '../health/inTime.ts';
import { fault, UploadFolder } from './uploadFolder.ts';

export interface UploadOptions {
  readonly dir: string;
  /** bytes of one video, and of all together */
  readonly most: number;
  readonly mostTogether: number;
  /** how long an upload is kept, ms */
  readonly keep: number;
  /** wall clock, ms */
  now(): number;
  /** how long a video is, ms, where it says; throws where it is none */
  check(file: string, signal: AbortSignal): Promise<number | undefined>;
}

export interface Upload {
  readonly id: string;
  readonly bytes: number;
  /** length, ms, where the file says */
  readonly duration: number | null;
  /** wall clock, ms */
  readonly expiresAt: number;
}

/** A video while somebody looks at it: until it is released it is not deleted. */
export interface HeldVideo {
  readonly file: string;
  release(): Promise<void>;
}

/** The disk is looked at so often while a video comes, bytes. */
const EVERY = 64e6;
/** A part that nobody adds to any more is left over from a crash, ms. */
const LEFT_OVER = 3_600_000;
/** The first picture of a video has to be found within this, ms. */
const CHECK_MS = 60_000;
const ID = /^[a-f0-9]{32}$/;

/** Videos that people ask about, in a folder of their own, for a while. `start` before anything else. */
export class Uploads {
  /** bytes of one video */
  readonly most: number;
  readonly #options: UploadOptions;
  readonly #folder: UploadFolder;
  /** bytes of what is on its way */
  readonly #coming = new Map<string, number>();
  readonly #held = new Map<string, number>();
  /** removed while somebody looked at it */
  readonly #leaving = new Set<string>();

  constructor(options: UploadOptions) {
    this.most = options.most;
    this.#options = options;
    this.#folder = new UploadFolder(options.dir);
  }

  /** Makes the folder, and deletes what a crash left there. Throws MEDIA_WRITE. */
  async start(): Promise<void> {
    try {
      await this.#folder.make();
      for (const { file, whole } of await this.#folder.files()) if (!whole) await this.#folder.remove(file);
    } catch (error) {
      throw fault(error);
    }
  }

  /**
   * Takes a video in. Throws UPLOAD_TOO_LARGE, MEDIA_SPACE, MEDIA_WRITE, VIDEO_UNREADABLE, what the body throws, or the signal's reason;
   * then nothing is left of it.
   */
  async add(body: Readable, signal: AbortSignal): Promise<Upload> {
    const id = randomBytes(16).toString('hex');
    try {
      await this.sweep();
      await this.#room(id, 0);
      await pipeline(body, (source: AsyncIterable<Buffer>) => this.#counted(id, source), createWriteStream(this.#folder.part(id), { mode: 0o600 }), { signal });
      const bytes = this.#coming.get(id) ?? 0;
      await this.#room(id, bytes);
      const duration = await this.#checked(this.#folder.part(id), signal);
      await this.#folder.settle(id);
      return { id, bytes, duration: duration ?? null, expiresAt: this.#options.now() + this.#options.keep };
    } catch (error) {
      body.destroy();
      await this.#folder.remove(this.#folder.part(id)).catch(() => undefined);
      throw signal.aborted ? signal.reason : fault(error);
    } finally {
      this.#coming.delete(id);
    }
  }

  /** Throws UPLOAD_NOT_FOUND. */
  async hold(id: string): Promise<HeldVideo> {
    const since = ID.test(id) && !this.#leaving.has(id) ? await this.#folder.since(id) : undefined;
    if (since === undefined || since + this.#options.keep <= this.#options.now()) throw new LookoutError('UPLOAD_NOT_FOUND', 'There is no such upload, or no longer.');
    return this.#hold(id);
  }

  /** A video for one question: it is deleted when it is released. Throws as `add` does. */
  async borrow(body: Readable, signal: AbortSignal): Promise<HeldVideo> {
    const { id } = await this.add(body, signal);
    const held = this.#hold(id);
    this.#leaving.add(id);
    return held;
  }

  /** false: there was none */
  async remove(id: string): Promise<boolean> {
    if (!ID.test(id) || this.#leaving.has(id) || (await this.#folder.since(id)) === undefined) return false;
    if (this.#held.has(id)) this.#leaving.add(id);
    else await this.#folder.remove(this.#folder.path(id));
    return true;
  }

  /** Deletes what has expired; to be called now and then. */
  async sweep(): Promise<void> {
    const now = this.#options.now();
    for (const { id, file, at, whole } of await this.#folder.files()) {
      const over = whole ? at + this.#options.keep <= now && !this.#held.has(id) : at + LEFT_OVER < now && !this.#coming.has(id);
      if (over) await this.#folder.remove(file);
    }
  }

  async #checked(file: string, signal: AbortSignal): Promise<number | undefined> {
    return inTime(CHECK_MS, signal, (within) => this.#options.check(file, within), (cause) => new LookoutError('VIDEO_UNREADABLE', 'No picture was found in it in time.', { cause }));
  }

  #hold(id: string): HeldVideo {
    this.#held.set(id, (this.#held.get(id) ?? 0) + 1);
    let over = false;
    return {
      file: this.#folder.path(id),
      release: async () => {
        if (over) return;
        over = true;
        const left = (this.#held.get(id) ?? 1) - 1;
        if (left > 0) return void this.#held.set(id, left);
        this.#held.delete(id);
        if (this.#leaving.delete(id)) await this.#folder.remove(this.#folder.path(id));
      },
    };
  }

  async *#counted(id: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
    let [bytes, seen] = [0, 0];
    for await (const chunk of source) {
      bytes += chunk.length;
      this.#coming.set(id, bytes);
      if (bytes > this.most) throw new LookoutError('UPLOAD_TOO_LARGE', `The video has more than ${Math.round(this.most / 1e6)} MB.`);
      if (bytes - seen >= EVERY) {
        seen = bytes;
        await this.#room(id, bytes);
      }
      yield chunk;
    }
  }

  #room(id: string, bytes: number): Promise<void> {
    this.#coming.set(id, bytes);
    return this.#folder.room([...this.#coming.values()].reduce((sum, b) => sum + b, 0), this.#options.mostTogether);
  }
}

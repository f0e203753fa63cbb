import { mkdir, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LookoutError } from '../errors.ts';
import { freeOn, LEFT_FREE } from '../health/disk.ts';
import { dayFolder, segmentName } from '../media/segmentName.ts';
import type { SegmentName } from '../media/segmentName.ts';

/** What waits for the disk, of all files of a camera together. */
export interface Backlog {
  bytes: number;
}

/** A finished file of a recording. */
export interface Finished extends SegmentName {
  readonly to: number;
  readonly file: string;
  readonly bytes: number;
}

export interface SegmentFileOptions {
  /** the camera's */
  readonly folder: string;
  readonly backlog: Backlog;
  /** bytes free on the disk of a folder that is there */
  free?(folder: string): Promise<number>;
}

/** A file that grows at its end while it is written to under its running name; nothing of it waits for the disk but in a queue. */
export interface SegmentFile {
  /** its first name is known, so that it can be made */
  begin(name: SegmentName): void;
  readonly begun: boolean;
  append(bytes: Buffer): void;
  /** It is whole, and gets this name. */
  finish(name: SegmentName & { readonly to: number }): void;
  /** It ends with what it has, under the name that it has. */
  abandon(): void;
  /** Resolves when it is in its place; undefined: nothing came of it. Rejects with RECORDINGS_WRITE or RECORDINGS_SPACE; then what was written stays. */
  readonly done: Promise<Finished | undefined>;
}

export function openSegmentFile(opts: SegmentFileOptions): SegmentFile {
  return new Growing(opts);
}

class Growing implements SegmentFile {
  readonly done: Promise<Finished | undefined>;
  readonly #opts: SegmentFileOptions;
  #queue: Buffer[] = [];
  #first: SegmentName | undefined;
  #last: (SegmentName & { readonly to: number }) | undefined;
  #over = false;
  #wake = (): void => undefined;

  constructor(opts: SegmentFileOptions) {
    this.#opts = opts;
    this.done = this.#run().finally(() => {
      this.#over = true;
      this.#forget(this.#taken());
    });
  }

  get begun(): boolean {
    return this.#first !== undefined;
  }

  begin(name: SegmentName): void {
    this.#first ??= name;
    this.#wake();
  }

  append(bytes: Buffer): void {
    if (this.#over) return;
    this.#queue.push(bytes);
    this.#opts.backlog.bytes += bytes.length;
    this.#wake();
  }

  finish(name: SegmentName & { readonly to: number }): void {
    this.#last = name;
    this.begin({ ...name, to: undefined });
    this.abandon();
  }

  abandon(): void {
    this.#over = true;
    this.#wake();
  }

  #taken(): Buffer[] {
    const bytes = this.#queue;
    this.#queue = [];
    return bytes;
  }

  async #run(): Promise<Finished | undefined> {
    while (!this.#first && !this.#over) await this.#news();
    if (!this.#first || (this.#over && this.#queue.length === 0)) return this.#forget(this.#taken());
    const path = join(this.#opts.folder, dayFolder(this.#first.from), segmentName(this.#first));
    let handle: FileHandle | undefined;
    try {
      handle = await this.#make(path);
      const bytes = await this.#copy(handle);
      await handle.close();
      handle = undefined;
      return await this.#place(path, bytes);
    } catch (error) {
      await handle?.close().catch(() => undefined);
      throw error instanceof LookoutError ? error : new LookoutError('RECORDINGS_WRITE', `${path}: ${error instanceof Error ? error.message : String(error)}.`);
    }
  }

  async #make(path: string): Promise<FileHandle> {
    const folder = dirname(path);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const free = await (this.#opts.free ?? freeOn)(folder);
    if (free < LEFT_FREE) throw new LookoutError('RECORDINGS_SPACE', `The disk of ${this.#opts.folder} has ${Math.round(free / 1e6)} MB left.`);
    return open(path, 'w', 0o600);
  }

  async #copy(handle: FileHandle): Promise<number> {
    let written = 0;
    for (;;) {
      const bytes = this.#taken();
      if (bytes.length === 0 && this.#over) return written;
      if (bytes.length === 0) await this.#news();
      try {
        for (const one of bytes) {
          await handle.appendFile(one);
          written += one.length;
        }
      } finally {
        this.#forget(bytes);
      }
    }
  }

  async #place(path: string, bytes: number): Promise<Finished | undefined> {
    if (!this.#last) return undefined;
    if (bytes === 0) {
      await rm(path, { force: true });
      return undefined;
    }
    const file = join(this.#opts.folder, dayFolder(this.#last.from), segmentName(this.#last));
    if (dirname(file) !== dirname(path)) await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await rename(path, file);
    return { ...this.#last, file, bytes };
  }

  #forget(bytes: readonly Buffer[]): undefined {
    for (const one of bytes) this.#opts.backlog.bytes -= one.length;
  }

  #news(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }
}

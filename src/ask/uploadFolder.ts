import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LookoutError } from '../errors.ts';
import { freeOn, LEFT_FREE } from '../health/disk.ts';

/** A video that lies in the folder, or a part of one that is on its way. Times in ms. */
export interface UploadFile {
  readonly id: string;
  readonly file: string;
  readonly bytes: number;
  readonly at: number;
  readonly whole: boolean;
}

const FILE = /^([a-f0-9]{32})\.(video|part)$/;

/** The files of a folder of uploads: `<id>.video`, and `<id>.part` while they come. Readable by their owner alone. */
export class UploadFolder {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  make(): Promise<unknown> {
    return mkdir(this.#dir, { recursive: true, mode: 0o700 });
  }

  path(id: string): string {
    return join(this.#dir, `${id}.video`);
  }

  part(id: string): string {
    return join(this.#dir, `${id}.part`);
  }

  async files(): Promise<UploadFile[]> {
    const found = await Promise.all((await readdir(this.#dir)).map(async (name): Promise<UploadFile[]> => {
      const [, id, kind] = FILE.exec(name) ?? [];
      const file = join(this.#dir, name);
      const there = id === undefined ? undefined : await stat(file).catch(() => undefined);
      return id === undefined || !there ? [] : [{ id, file, bytes: there.size, at: there.mtimeMs, whole: kind === 'video' }];
    }));
    return found.flat();
  }

  /** When a video came, ms; undefined where there is none. */
  async since(id: string): Promise<number | undefined> {
    return (await stat(this.path(id)).catch(() => undefined))?.mtimeMs;
  }

  settle(id: string): Promise<void> {
    return rename(this.part(id), this.path(id));
  }

  async remove(file: string): Promise<void> {
    await rm(file, { force: true });
  }

  /** Throws MEDIA_SPACE where `most` bytes in all, with what is on its way, or the disk leave no room. */
  async room(coming: number, most: number): Promise<void> {
    const whole = (await this.files()).filter((f) => f.whole).reduce((sum, f) => sum + f.bytes, 0);
    if (whole + coming > most) throw new LookoutError('MEDIA_SPACE', `The uploads together would hold more than ${Math.round(most / 1e6)} MB: delete some, or wait until they expire.`);
    const free = await freeOn(this.#dir);
    if (free < LEFT_FREE) throw new LookoutError('MEDIA_SPACE', `The disk of the uploads has ${Math.round(free / 1e6)} MB left.`);
  }
}

/** What may be told of an error: no path, and a code of the catalogue where there is one. */
export function fault(error: unknown): unknown {
  if (error instanceof LookoutError) return error.code === 'VIDEO_UNREADABLE' ? new LookoutError('VIDEO_UNREADABLE', 'This is no video that can be read.', { cause: error }) : error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') return new LookoutError('MEDIA_SPACE', 'The disk of the uploads is full.', { cause: error });
  if (/^E(?:ACCES|PERM|ROFS|NOENT|NOTDIR|IO|MFILE)$/.test(code)) return new LookoutError('MEDIA_WRITE', `The folder of the uploads cannot be used (${code}).`, { cause: error });
  return error;
}

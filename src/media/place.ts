import { chmodSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import type { Dirent } from 'node:fs';
import { freeNow } from '../health/disk.ts';

/** What names a file: ids of our own, never a model's words. */
const ID = /^[A-Za-z0-9_-]{1,80}$/;
/** One of our files, relative to the folder. */
const OURS = /^\d{4}-\d{2}-\d{2}\/[A-Za-z0-9_-]{1,80}\.(jpg|png|mp4)$/;

/** A file of the media folder and its size, bytes. */
export interface MediaFile {
  /** relative to the folder */
  readonly file: string;
  readonly bytes: number;
  /** when it was written, ms */
  readonly at: number;
}

/** The folder of pictures and clips: `<yyyy-mm-dd>/<id>.<jpg|png|mp4>`, the day in UTC, for its owner alone. */
export interface MediaPlace {
  /** A file's relative path, its folder made; undefined where the id may not name a file. Throws where the folder cannot be made. */
  path(id: string, day: number, ending: 'jpg' | 'png' | 'mp4'): string | undefined;
  absolute(file: string): string;
  /** bytes of a file; undefined where there is none */
  size(file: string): number | undefined;
  /** Removes a file of ours, and its day's folder with the last of them; bytes that it had. What is not ours is left alone. */
  remove(file: string): number;
  /** all of ours, and drafts that nobody finished are removed; oldest first */
  sweep(): MediaFile[];
  /** bytes that may still be written to the disk */
  free(): number;
}

export function openMediaPlace(folder: string): MediaPlace {
  const root = resolve(folder);
  const absolute = (file: string): string => join(root, file);
  const make = (path: string): void => {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o700);
  };
  return {
    absolute,
    path(id, day, ending) {
      if (!ID.test(id) || !Number.isFinite(day)) return undefined;
      const date = new Date(day).toISOString().slice(0, 10);
      make(root);
      make(join(root, date));
      return `${date}/${id}.${ending}`;
    },
    size: (file) => (OURS.test(file) ? statSync(absolute(file), { throwIfNoEntry: false })?.size : undefined),
    remove(file) {
      if (!OURS.test(file)) return 0;
      const bytes = statSync(absolute(file), { throwIfNoEntry: false })?.size ?? 0;
      rmSync(absolute(file), { force: true });
      const day = dirname(absolute(file));
      if (entries(day)?.length === 0) rmSync(day, { recursive: true, force: true });
      return bytes;
    },
    sweep: () => sweep(root),
    free: () => freeNow(root),
  };
}

function sweep(root: string): MediaFile[] {
  const found: MediaFile[] = [];
  for (const day of entries(root) ?? []) {
    if (!day.isDirectory() || !/^\d{4}-\d{2}-\d{2}$/.test(day.name)) continue;
    for (const { name } of entries(join(root, day.name)) ?? []) {
      const path = `${day.name}${sep}${name}`;
      if (OURS.test(path.replace(/\.part$/, '')) && name.endsWith('.part')) rmSync(join(root, path), { force: true });
      const stat = OURS.test(path) ? statSync(join(root, path), { throwIfNoEntry: false }) : undefined;
      if (stat) found.push({ file: path, bytes: stat.size, at: stat.mtimeMs });
    }
  }
  return found.sort((a, b) => a.at - b.at);
}

function entries(folder: string): Dirent[] | undefined {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder, { withFileTypes: true }) : undefined;
}

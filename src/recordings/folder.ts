import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dayFolder, readSegmentName } from '../media/segmentName.ts';
import type { SegmentName } from '../media/segmentName.ts';
import { lengthOf } from './fragmented.ts';

/** A recorded file as its name tells; of the running one `to` is read from what it holds. */
export interface Listed extends SegmentName {
  readonly to: number;
  /** absolute */
  readonly file: string;
}

/** The folder of recordings: `<camera>/<yyyy-mm-dd>/<from>-<to>-u<uncertainty>-<source>.mp4`, the day (UTC) that of its beginning. */
export interface RecordingsFolder {
  readonly path: string;
  cameras(): string[];
  /** days of a camera of which there is something, in order */
  days(camera: string): string[];
  /** files of a day in the order of their beginnings */
  day(camera: string, day: string): readonly Listed[];
  /** files that overlap a stretch (ms), in that order */
  between(camera: string, from: number, to: number): Listed[];
}

const CAMERA = /^[a-z0-9_-]{1,64}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;
/** No file is longer than this: a day before `from` is looked at as well if it begins within, ms. */
const LONGEST = 3_600_000;
/** Days whose files are remembered as long as their folder has not changed; one of 10 s segments takes a megabyte. */
const REMEMBERED = 40;
/** A folder that changed this recently may have changed within the same tick of the disk's clock, ms. */
const FRESH = 2000;

export function openFolder(path: string): RecordingsFolder {
  const root = resolve(path);
  const known = new Map<string, { readonly changed: number; readonly files: readonly Listed[] }>();

  const day = (camera: string, name: string): readonly Listed[] => {
    const folder = join(root, camera, name);
    const changed = statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
    const before = known.get(folder);
    known.delete(folder);
    if (changed === undefined) return [];
    const files = before?.changed === changed ? before.files : list(folder);
    if (changed < Date.now() - FRESH && !files.some(({ file }) => file.endsWith('.part'))) known.set(folder, { changed, files });
    const oldest = known.keys().next();
    if (known.size > REMEMBERED && !oldest.done) known.delete(oldest.value);
    return files;
  };
  const days = (camera: string): string[] => (CAMERA.test(camera) ? names(join(root, camera)).filter((name) => DAY.test(name)).toSorted() : []);
  return {
    path: root,
    cameras: () => names(root).filter((name) => CAMERA.test(name)).toSorted(),
    days,
    day,
    between(camera, from, to) {
      const [first, last] = [dayOf(from - LONGEST), dayOf(to)];
      const wanted = days(camera).filter((name) => name >= first && name <= last);
      return wanted.flatMap((name) => day(camera, name).filter((file) => file.to >= from && file.from <= to));
    },
  };
}

/** Bounded to what is a day at all. */
function dayOf(at: number): string {
  return dayFolder(Math.max(0, Math.min(at, 253_402_300_799_999)));
}

/** Midnight of a day's folder, and the one after it, ms. */
export function daySpan(day: string): { readonly from: number; readonly to: number } {
  const from = Date.parse(day);
  return { from, to: from + DAY_MS };
}

function names(folder: string): string[] {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [];
}

function list(folder: string): Listed[] {
  const files = names(folder).flatMap((name): Listed[] => {
    const read = readSegmentName(name);
    const file = join(folder, name);
    const length = read && (read.to === undefined ? lengthOf(file) : read.to - read.from);
    return read && length !== undefined ? [{ ...read, to: read.from + length, file }] : [];
  });
  return files.sort((a, b) => a.from - b.from || a.to - b.to);
}

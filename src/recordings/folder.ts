import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { dayFolder, readSegmentName } from '../media/segmentName.ts';
import type { SegmentName } from '../media/segmentName.ts';
import { lengthOf } from './fragmented.ts';
import type { Stretch } from './recordings.ts';
import { clipped, merged } from './stretches.ts';

/** A recorded file as its name tells; of the running one `to` is read from what it holds. */
export interface Listed extends SegmentName {
  readonly to: number;
  /** absolute */
  readonly file: string;
  /** it is written to, or was until a crash: more may have come since it was listed */
  readonly growing: boolean;
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
  /** when it was recorded within these bounds (ms) */
  stretches(camera: string, from: number, to: number): Stretch[];
}

const CAMERA = /^[a-z0-9_-]{1,64}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** No file is longer than this: a day before `from` is looked at as well if it begins within, ms. */
const LONGEST = 3_600_000;
/** Days whose files are remembered as long as their folder has not changed (one of 10 s segments takes two megabytes), and whose stretches are. */
const FILES_OF = 4;
const STRETCHES_OF = 1000;
/** A folder that changed this recently may have changed within the same tick of the disk's clock, ms. */
const FRESH = 2000;

export function openFolder(path: string): RecordingsFolder {
  const root = resolve(path);
  const filesOf = remembering(FILES_OF, list);
  const stretchesOf = remembering(STRETCHES_OF, (folder) => merged(filesOf(folder).map(({ from, to }) => ({ camera: basename(dirname(folder)), from, to }))));
  const days = (camera: string): string[] => (CAMERA.test(camera) ? names(join(root, camera)).filter((name) => DAY.test(name)).toSorted() : []);
  const within = (camera: string, from: number, to: number): string[] => {
    const [first, last] = [dayOf(from - LONGEST), dayOf(to)];
    return days(camera).filter((name) => name >= first && name <= last).map((name) => join(root, camera, name));
  };
  return {
    path: root,
    cameras: () => names(root).filter((name) => CAMERA.test(name)).toSorted(),
    days,
    day: (camera, day) => filesOf(join(root, camera, day)),
    between: (camera, from, to) => within(camera, from, to).flatMap((folder) => filesOf(folder).filter((file) => file.to >= from && file.from <= to)),
    stretches: (camera, from, to) => clipped(merged(within(camera, from, to).flatMap((folder) => stretchesOf(folder))), from, to),
  };
}

/** What is made of a folder, as long as it has not changed; of so many of those that were asked for last. */
function remembering<T>(most: number, make: (folder: string) => readonly T[]): (folder: string) => readonly T[] {
  const known = new Map<string, { readonly changed: number; readonly made: readonly T[] }>();
  return (folder) => {
    const changed = statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
    const before = known.get(folder);
    known.delete(folder);
    if (changed === undefined) return [];
    const made = before?.changed === changed ? before.made : make(folder);
    // one that grows does not change its folder
    if (changed < Date.now() - FRESH && (before?.changed === changed || !names(folder).some((name) => name.endsWith('.part')))) known.set(folder, { changed, made });
    const oldest = known.keys().next();
    if (known.size > most && !oldest.done) known.delete(oldest.value);
    return made;
  };
}

/** Bounded to what is a day at all. */
function dayOf(at: number): string {
  return dayFolder(Math.max(0, Math.min(at, 253_402_300_799_999)));
}

function names(folder: string): string[] {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [];
}

function list(folder: string): Listed[] {
  const files = names(folder).flatMap((name): Listed[] => {
    const read = readSegmentName(name);
    const file = join(folder, name);
    const length = read && (read.to === undefined ? lengthOf(file) : read.to - read.from);
    return read && length !== undefined ? [{ ...read, to: read.from + length, file, growing: read.to === undefined }] : [];
  });
  return files.sort((a, b) => a.from - b.from || a.to - b.to);
}

import { LookoutError } from '../errors.ts';
import { LEFT_FREE } from '../health/disk.ts';
import type { Logger } from '../health/log.ts';
import type { MediaPlace } from './place.ts';

/** How much the media folder may hold. */
export interface RoomOptions {
  readonly place: MediaPlace;
  /** MB; undefined: as long as the disk has room */
  readonly maxMb: number | undefined;
  /** Lets go of the files of so many of the oldest alerts, and says which they are. Without it nothing is ever deleted to make room. */
  dropOldest?(count: number): readonly string[];
  /** Of these files the ones that an alert points to. Without it what is in the folder is taken to be needed. */
  pointed?(files: readonly string[]): ReadonlySet<string>;
  readonly log: Logger;
  now(): number;
}

export interface Room {
  /** Counts what is there, and deletes what nobody points to. It is done later where nobody asked before. */
  count(): void;
  /** May something more be written? Makes room first where there is too little. What stands in the way is logged once. */
  free(): boolean;
  wrote(bytes: number): void;
  remove(files: readonly string[]): void;
}

/** Room is made for more than the next file. */
const LOW = 0.95;
const AT_ONCE = 50;
/** A file may be written some time before its alert points to it, ms. */
const YOUNG = 3_600_000;

/** Keeps account of the folder's files, and deletes what a crash left behind. */
export function openRoom({ place, maxMb, dropOldest, pointed, log, now }: RoomOptions): Room {
  const most = maxMb === undefined ? Number.POSITIVE_INFINITY : maxMb * 1e6;
  let held: number | undefined;
  let told = false;

  const take = (): number => {
    const files = place.sweep();
    const old = files.filter(({ at }) => at < now() - YOUNG).map(({ file }) => file);
    const needed = pointed?.(old);
    const orphans = new Set(needed ? old.filter((file) => !needed.has(file)) : []);
    for (const file of orphans) place.remove(file);
    if (orphans.size > 0) log.info({ deleted: orphans.size }, 'deleted pictures and clips that no alert points to');
    return files.reduce((sum, { file, bytes }) => sum + (orphans.has(file) ? 0 : bytes), 0);
  };
  const remove = (files: readonly string[]): void => {
    held ??= take();
    for (const file of files) held = Math.max(0, held - place.remove(file));
  };
  const crowded = (): boolean => (held ?? 0) > LOW * most;
  const makeRoom = (): void => {
    let files: readonly string[] = [];
    let deleted = 0;
    do {
      files = dropOldest?.(AT_ONCE) ?? [];
      remove(files);
      deleted += files.length;
    } while (files.length > 0 && crowded());
    if (deleted > 0) log.info({ deleted, max_mb: maxMb }, 'the media folder is full: the oldest alerts have lost their pictures and clips');
  };
  const fault = (): LookoutError | undefined => {
    if ((held ??= take()) > most) makeRoom();
    if (held > most) return new LookoutError('MEDIA_SPACE', `The media folder holds ${Math.round(held / 1e6)} MB, and may hold ${maxMb}.`);
    const left = place.free();
    return left < LEFT_FREE ? new LookoutError('MEDIA_SPACE', `The disk of the media folder has ${Math.round(left / 1e6)} MB left.`) : undefined;
  };
  return {
    count: () => void (held ??= take()),
    free() {
      const found = fault();
      if (found && !told) log.error({ code: found.code }, found.message);
      told = found !== undefined;
      return !found;
    },
    wrote: (bytes) => void (held = (held ?? take()) + bytes),
    remove,
  };
}

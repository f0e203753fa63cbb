import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LookoutError } from '../errors.ts';
import { freeOn } from '../health/disk.ts';

/** Bytes that a user may write to the disk of a folder that is there. */
export type FreeBytes = (folder: string) => Promise<number>;

/** Checks that so many bytes fit where `dir` is or will be. Errors: MODEL_DISK_SPACE. */
export async function requireSpace(dir: string, bytes: number, freeBytes: FreeBytes = freeOn): Promise<void> {
  const free = await freeBytes(nearestFolder(resolve(dir)));
  if (bytes > free) throw new LookoutError('MODEL_DISK_SPACE', `${dir} needs ${inGB(bytes)} more, and its disk has ${inGB(free)} free.`);
}

function nearestFolder(dir: string): string {
  return existsSync(dir) || dirname(dir) === dir ? dir : nearestFolder(dirname(dir));
}

function inGB(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e7 ? 4 : 2)} GB`;
}

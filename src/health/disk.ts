import { statfsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';

/** The disk is never filled: so much of it stays free, whatever is written, bytes. */
export const LEFT_FREE = 256e6;

/** Bytes that this user may still write to the disk of a folder that is there. */
export async function freeOn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** The same at once, for who does not wait. */
export function freeNow(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

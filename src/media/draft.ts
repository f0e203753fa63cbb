import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LookoutError } from '../errors.ts';

/** Where a file lies until it is whole. */
export function draftOf(file: string): string {
  return `${file}.part`;
}

/**
 * Has `write` fill a draft of a file, readable by its owner alone, and puts it into its place when it is on the disk: there is a whole
 * file or none. Throws MEDIA_WRITE, or what `write` throws of its own.
 */
export async function writeWhole<T>(file: string, write: (draft: string) => Promise<T>): Promise<T> {
  const draft = draftOf(file);
  try {
    await (await open(draft, 'w', 0o600)).close();
    const result = await write(draft);
    await sync(draft);
    await rename(draft, file);
    await sync(dirname(file));
    return result;
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error instanceof LookoutError ? error : new LookoutError('MEDIA_WRITE', `${file}: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

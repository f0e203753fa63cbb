import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LookoutError } from '../errors.ts';

/** Where a file lies until it is whole. */
export function draftOf(file: string): string {
  return `${file}.part`;
}

/** Has `write` fill a file that is readable by its owner alone; if that fails there is none. Throws MEDIA_WRITE, or what `write` throws of its own. */
export async function fillDraft<T>(draft: string, write: () => Promise<T>): Promise<T> {
  try {
    await (await open(draft, 'w', 0o600)).close();
    return await write();
  } catch (error) {
    await removeDraft(draft);
    throw cannotWrite(draft, error);
  }
}

/** Puts a file's draft into its place, once it is on the disk. Throws MEDIA_WRITE; then there is neither. */
export async function settleDraft(file: string): Promise<void> {
  const draft = draftOf(file);
  try {
    await sync(draft);
    await rename(draft, file);
    await sync(dirname(file));
  } catch (error) {
    await removeDraft(draft);
    throw cannotWrite(file, error);
  }
}

export async function removeDraft(draft: string): Promise<void> {
  // what cannot be removed is swept up at the next start
  await rm(draft, { force: true }).catch(() => undefined);
}

function cannotWrite(file: string, error: unknown): LookoutError {
  return error instanceof LookoutError ? error : new LookoutError('MEDIA_WRITE', `${file}: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
}

/** Has the disk hold what was written to a file, or to a folder. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

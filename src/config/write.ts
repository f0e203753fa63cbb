import { closeSync, fsyncSync, openSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LookoutError } from '../errors.ts';
import { shown } from './document.ts';

/** Somebody else has written the file since it was read. */
export class ChangedMeanwhile extends Error {}

/**
 * Replaces a file's text so that a reader, or a power cut, finds the old text or the new one and never half of it. Its mode stays.
 * @param was the text that it was read with, null where there was no file: nothing is written where that is no longer so
 * @throws LookoutError CONFIG_WRITE
 * @throws ChangedMeanwhile
 */
export function writeAtomically(file: string, text: string, was?: string | null): void {
  const target = real(file);
  const draft = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  try {
    writeDraft(draft, text, statSync(target, { throwIfNoEntry: false })?.mode ?? 0o644);
    if (was !== undefined && textOf(target) !== was) throw new ChangedMeanwhile(`${shown(file)} was written by another program.`);
    renameSync(draft, target);
    syncFolder(dirname(target));
  } catch (error) {
    rmSync(draft, { force: true });
    if (error instanceof ChangedMeanwhile) throw error;
    throw cannotWrite(file, error);
  }
}

function textOf(file: string): string | null {
  return statSync(file, { throwIfNoEntry: false }) ? readFileSync(file, 'utf8') : null;
}

/** Removes a file that still has the text `was`. @throws LookoutError CONFIG_WRITE @throws ChangedMeanwhile */
export function removeFile(file: string, was: string): void {
  if (textOf(file) !== was) throw new ChangedMeanwhile(`${shown(file)} was written by another program.`);
  try {
    rmSync(file);
    syncFolder(dirname(file));
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

export function cannotWrite(file: string, error: unknown): LookoutError {
  return new LookoutError('CONFIG_WRITE', `${shown(file)}: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
}

/** A link to a configuration kept elsewhere stays a link. */
function real(file: string): string {
  return statSync(file, { throwIfNoEntry: false }) ? realpathSync(file) : file;
}

function writeDraft(draft: string, text: string, mode: number): void {
  const handle = openSync(draft, 'w', mode & 0o777);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

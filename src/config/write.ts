import { closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LookoutError } from '../errors.ts';
import { shown } from './document.ts';

/**
 * Replaces a file's text so that a reader, or a power cut, finds the old text or the new one and never half of it. Its mode stays.
 * @throws LookoutError CONFIG_WRITE
 */
export function writeAtomically(file: string, text: string): void {
  const target = real(file);
  const draft = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  try {
    writeDraft(draft, text, statSync(target, { throwIfNoEntry: false })?.mode ?? 0o644);
    renameSync(draft, target);
    syncFolder(dirname(target));
  } catch (error) {
    rmSync(draft, { force: true });
    throw cannotWrite(file, error);
  }
}

/** @throws LookoutError CONFIG_WRITE */
export function removeFile(file: string): void {
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

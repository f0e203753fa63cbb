import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { LookoutError } from '../../src/errors.ts';

/** A folder of one test's own with these files in it; gone when the test ends. */
export function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  mkdirSync(join(folder, 'rules'), { recursive: true });
  return folder;
}

/** The error that a call ends with. */
export function faultOf(call: () => unknown): LookoutError {
  try {
    call();
  } catch (error) {
    if (error instanceof LookoutError) return error;
    throw error;
  }
  throw new Error('no error');
}

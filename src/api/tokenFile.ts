import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, basename } from 'node:path';
import { z } from 'zod';
import { ID } from '../config/schema.ts';
import { cannotWrite } from '../config/write.ts';
import { LookoutError } from '../errors.ts';

/** More than people and programs of one house need; every one is compared at every request. */
export const MOST_TOKENS = 200;

const entrySchema = z.strictObject({
  name: z.string().regex(ID),
  scope: z.enum(['viewer', 'editor', 'admin']),
  created: z.iso.datetime(),
  /** of the token, which itself is nowhere; 256 random bits need no salt */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const fileSchema = z.strictObject({ tokens: z.array(entrySchema).max(MOST_TOKENS) });

export type TokenEntry = z.infer<typeof entrySchema>;

/** @returns no tokens where there is no file @throws LookoutError TOKENS_INVALID */
export function readTokens(file: string): TokenEntry[] {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).tokens;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    const why = error instanceof z.ZodError ? error.issues[0]?.message : error instanceof SyntaxError ? 'is no JSON' : error instanceof Error && 'code' in error ? String(error.code) : 'cannot be read';
    throw new LookoutError('TOKENS_INVALID', `${file}: ${why ?? 'is not valid'}.`, { cause: error });
  }
}

/** Changes whenever the file does. */
export function stampOf(file: string): string {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found ? `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}` : 'none';
}

/** May anybody but its owner read it? */
export function isOpenToOthers(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return process.platform !== 'win32' && found !== undefined && (found.mode & 0o077) !== 0;
}

/** How old a draft is, ms, that a writer must have left behind when it died; or how far ahead, where the clock was set back. */
const STALE_MS = 10_000;

/**
 * Reads the file, and replaces it by what `change` makes of it, readable by its owner only. The draft's name is taken by one writer at a time, so
 * that the command line and the daemon do not lose each other's change.
 * @throws LookoutError TOKENS_INVALID, CONFIG_WRITE, and what `change` throws
 */
export function changeTokens(file: string, change: (tokens: TokenEntry[]) => TokenEntry[]): void {
  const draft = join(dirname(file), `.${basename(file)}.draft`);
  const handle = take(file, draft);
  try {
    const tokens = change(readTokens(file));
    writeFileSync(handle, `${JSON.stringify({ tokens }, null, 2)}\n`);
    fsyncSync(handle);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error instanceof LookoutError ? error : cannotWrite(file, error);
  } finally {
    closeSync(handle);
  }
}

function take(file: string, draft: string): number {
  for (let tries = 0; ; tries++) {
    try {
      mkdirSync(dirname(draft), { recursive: true });
      return openSync(draft, 'wx', 0o600);
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!taken || tries === 20) throw cannotWrite(file, error);
      const left = statSync(draft, { throwIfNoEntry: false });
      if (left && Math.abs(Date.now() - left.mtimeMs) > STALE_MS) rmSync(draft, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

import { closeSync, openSync, realpathSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LookoutError } from '../errors.ts';
import { shown } from './document.ts';
import { ChangedMeanwhile } from './write.ts';

/** How long an edit waits for another program's, ms. */
const PATIENCE = 1000;
const PAUSE = 2;
/** An edit takes milliseconds: a lock this old was left by a crash, and so was one of a time to come, where the clock was set back; ms. */
const STALE = 5000;
/** Times that an edit is made anew because an editor wrote the file meanwhile. */
const ATTEMPTS = 5;

/**
 * Makes an edit of a configuration, its rules included, while no other Lookout does: reading, checking and writing are one step, so that of
 * two edits at once none is lost. Programs that know nothing of the lock (editors) are noticed by the text having changed, and the edit
 * is made anew on theirs. Synchronous, since so are the edits.
 * @throws LookoutError CONFIG_WRITE where another program edits without end, and what `edit` throws
 */
export function inTurn<T>(file: string, edit: () => T): T {
  const letGo = lock(file);
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        return edit();
      } catch (error) {
        if (!(error instanceof ChangedMeanwhile)) throw error;
        if (attempt === ATTEMPTS) throw new LookoutError('CONFIG_WRITE', `${shown(file)}: another program keeps writing to it.`, { cause: error });
      }
    }
  } finally {
    letGo();
  }
}

function lock(file: string): () => void {
  const target = statSync(file, { throwIfNoEntry: false }) ? realpathSync(file) : file;
  const place = join(dirname(target), `.${basename(target)}.lock`);
  for (const end = Date.now() + PATIENCE; ; ) {
    const taken = take(place);
    if (taken === 'cannot') return () => undefined;
    if (taken === 'mine') return () => rmSync(place, { force: true });
    const since = statSync(place, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Math.abs(Date.now() - since) > STALE) rmSync(place, { force: true });
    else if (Date.now() > end) throw new LookoutError('CONFIG_WRITE', `${shown(file)}: another program is editing it; try again.`);
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
  }
}

/** Where the folder cannot be written (rules may be elsewhere), there is no lock to be had; the comparison of texts remains. */
function take(place: string): 'mine' | 'taken' | 'cannot' {
  try {
    closeSync(openSync(place, 'wx', 0o600));
    return 'mine';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EEXIST' ? 'taken' : 'cannot';
  }
}

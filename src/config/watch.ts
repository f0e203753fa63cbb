import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Observable } from 'rxjs';
import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import { WatchedFolders } from './folders.ts';
import { loadConfig } from './load.ts';
import type { LoadedConfig } from './load.ts';
import { ruleFiles } from './rules.ts';

export interface WatchOptions {
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** quiet time after a change before the files are read, ms; editors write in several steps */
  readonly settle?: number;
  /** time between looks at the files, ms, for folders that tell of no changes (network drives) */
  readonly poll?: number;
}

/**
 * Emits the configuration each time it or a rule has changed and still loads. An edit that does not load is logged once, with its
 * file and line, and the last good configuration goes on. Completes when `signal` aborts.
 */
export function watchConfig(loaded: LoadedConfig, opts: WatchOptions): Observable<LoadedConfig> {
  return new Observable((subscriber) => {
    const look = reader(loaded, opts.log);
    let timer: NodeJS.Timeout | undefined;
    const read = (): void => {
      const next = look();
      if (!next) return;
      folders.follow(foldersOf(next));
      subscriber.next(next);
    };
    const soon = (): void => {
      clearTimeout(timer);
      timer = setTimeout(read, opts.settle ?? 300);
    };
    const folders = new WatchedFolders(soon, opts.log);
    folders.follow(foldersOf(loaded));
    const polling = setInterval(read, opts.poll ?? 10_000);
    polling.unref();
    const finish = (): void => subscriber.complete();
    opts.signal.addEventListener('abort', finish, { once: true });
    if (opts.signal.aborted) finish();
    return () => {
      opts.signal.removeEventListener('abort', finish);
      clearTimeout(timer);
      clearInterval(polling);
      folders.close();
    };
  });
}

/** Reads the files when their text has changed, or when they did not load the last time; returns what is new. */
function reader(loaded: LoadedConfig, log: Logger): () => LoadedConfig | undefined {
  let current = loaded;
  let seen = fingerprint(current);
  let complaint = '';
  return () => {
    const now = fingerprint(current);
    if (now === seen && complaint === '') return undefined;
    try {
      current = loadConfig(current.file);
    } catch (error) {
      if (!(error instanceof LookoutError)) throw error;
      seen = now;
      if (error.message !== complaint) log.error({ code: error.code }, `${error.message} The last good configuration stays in force.`);
      complaint = error.message;
      return undefined;
    }
    complaint = '';
    seen = fingerprint(current);
    log.info({ file: current.file, cameras: current.config.cameras.length, rules: current.rules.length }, 'configuration read again');
    return current;
  };
}

function foldersOf(loaded: LoadedConfig): string[] {
  return [...new Set([dirname(loaded.file), loaded.config.rules_dir])];
}

/** Changes with the text of any file that the configuration is made of. */
function fingerprint(loaded: LoadedConfig): string {
  const hash = createHash('sha256');
  for (const file of [loaded.file, ...rulesIn(loaded.config.rules_dir)]) hash.update(file).update('\0').update(textOf(file)).update('\0');
  return hash.digest('hex');
}

function rulesIn(folder: string): string[] {
  try {
    return ruleFiles(folder, () => new LookoutError('CONFIG_INVALID', folder));
  } catch {
    return ['gone'];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return 'gone';
  }
}

import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import type { Logger } from '../health/log.ts';

/** Tells of changes in folders. They are watched rather than files: a file replaced by a rename takes a watch on itself along. */
export class WatchedFolders {
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #changed: () => void;
  readonly #log: Logger;

  constructor(changed: () => void, log: Logger) {
    this.#changed = changed;
    this.#log = log;
  }

  /** Watches these folders and no others. */
  follow(folders: readonly string[]): void {
    for (const [folder, watcher] of this.#watchers) {
      if (folders.includes(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) if (!this.#watchers.has(folder)) this.#open(folder);
  }

  close(): void {
    this.follow([]);
  }

  #open(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, this.#changed);
      watcher.on('error', (error) => this.#log.warn({ folder, reason: error.message }, 'folder is no longer watched; it is polled'));
      this.#watchers.set(folder, watcher);
    } catch (error) {
      this.#log.warn({ folder, reason: String(error) }, 'folder cannot be watched; it is polled');
    }
  }
}

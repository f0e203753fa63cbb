import { existsSync } from 'node:fs';
import { shown } from '../config/document.ts';
import { withoutSecrets } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import type { LoadedConfig } from '../config/load.ts';
import { LookoutError } from '../errors.ts';
import { createLogger } from '../health/log.ts';
import type { Store } from '../store/store.ts';
import { configFile } from './options.ts';

/**
 * Opens the configuration's log for reading, or for a word on an alert (`annotate`), beside a running daemon or without one.
 * @throws LookoutError STORE_OPEN, STORE_CORRUPT, CONFIG_…
 */
export async function withLog<T>(file: string | undefined, use: (store: Store, loaded: LoadedConfig) => T | Promise<T>, { annotate = false } = {}): Promise<T> {
  const loaded = loadConfig(configFile(file), withoutSecrets);
  const { path, retention_days: retentionDays } = loaded.config.store;
  if (!existsSync(path)) throw new LookoutError('STORE_OPEN', `there is no event log at ${shown(path)} yet: nothing has been watched.`);
  const { openStore } = await import('../store/store.ts');
  const store = openStore({ path, retentionDays, ...(annotate ? { annotate } : { readOnly: true }) }, createLogger({ level: 'warn' }));
  try {
    return await use(store, loaded);
  } finally {
    store.close();
  }
}

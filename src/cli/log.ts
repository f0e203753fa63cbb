import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { withoutSecrets } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import { shown } from '../config/document.ts';
import { LookoutError } from '../errors.ts';
import { createLogger } from '../health/log.ts';
import type { Store } from '../store/store.ts';
import { configFile, configOption, jsonOption, parseCount, parseId } from './options.ts';

/** What `events` and `alerts` can be asked alike. */
export interface LogOptions {
  readonly config?: string;
  readonly since?: string;
  readonly until?: string;
  readonly camera?: string;
  readonly text?: string;
  readonly limit: number;
  readonly json?: boolean;
}

/** The range and filter of a question to the log, times in ms. */
export interface LogQuery {
  readonly since?: number;
  readonly until?: number;
  readonly camera?: string;
  readonly text?: string;
  readonly limit: number;
}

const DEFAULT_LIMIT = 50;

export function addLogOptions(command: Command): Command {
  return command
    .option('--since <time>', '2026-01-31T14:05, "10 minutes ago", "yesterday 3pm", 昨天下午3点 …')
    .option('--until <time>', 'the same')
    .option('--camera <id>', 'of one camera', parseId)
    .option('--text <words>', 'with these words in the text')
    .option('--limit <n>', 'the newest n', parseCount, DEFAULT_LIMIT)
    .addOption(jsonOption('as one JSON array, oldest first'))
    .addOption(configOption());
}

/**
 * Asks the log, beside a running daemon or without one.
 * @throws LookoutError STORE_OPEN, STORE_CORRUPT, TIME_UNPARSABLE, CONFIG_…
 */
export async function askLog<T>(opts: LogOptions, ask: (store: Store, query: LogQuery) => T[]): Promise<T[]> {
  const { store: at } = loadConfig(configFile(opts.config), withoutSecrets).config;
  const query = await queryOf(opts);
  if (!existsSync(at.path)) throw new LookoutError('STORE_OPEN', `there is no event log at ${shown(at.path)} yet: nothing has been watched.`);
  const { openStore } = await import('../store/store.ts');
  const store = openStore({ path: at.path, retentionDays: at.retention_days, readOnly: true }, createLogger({ level: 'warn' }));
  try {
    // The newest ones are wanted, in the order in which they happened.
    return ask(store, query).reverse();
  } finally {
    store.close();
  }
}

async function queryOf(opts: LogOptions): Promise<LogQuery> {
  const { parseWhen } = await import('../store/when.ts');
  const now = new Date();
  const since = opts.since === undefined ? {} : { since: parseWhen(opts.since, now, 'since') };
  const until = opts.until === undefined ? {} : { until: parseWhen(opts.until, now, 'until') };
  const rest = { ...(opts.camera ? { camera: opts.camera } : {}), ...(opts.text ? { text: opts.text } : {}), limit: opts.limit };
  const range = { ...since, ...until };
  if (range.since !== undefined && range.until !== undefined && range.since > range.until) {
    throw new LookoutError('USAGE', `--since (${new Date(range.since).toISOString()}) is later than --until (${new Date(range.until).toISOString()}).`);
  }
  return { ...range, ...rest };
}

/** That the newest ones are not all there is, for people; programs see it by the count. */
export function limitReached(count: number, limit: number): string[] {
  return count === limit ? [`The newest ${limit}; see --limit, --since and --until for others.`] : [];
}

import type { Command } from 'commander';
import { Option } from 'commander';
import type { EventPhase } from '../values.ts';
import { LookoutError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import { type Unwatched, unwatched } from '../store/unwatched.ts';
import { configOption, jsonOption, parseCount, parseId } from './options.ts';
import { withLog } from './withLog.ts';

/** What `events` and `alerts` can be asked alike. */
export interface LogOptions {
  readonly config?: string;
  readonly since?: string;
  readonly until?: string;
  readonly camera?: string;
  readonly text?: string;
  readonly phase?: EventPhase;
  readonly limit: number;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** The range and filter of a question to the log, times in ms. */
export interface LogQuery {
  readonly since?: number;
  readonly until?: number;
  readonly camera?: string;
  readonly text?: string;
  readonly phase?: EventPhase;
  readonly limit: number;
}

/** What the log answers: oldest first. */
export interface LogAnswer<T> {
  readonly rows: T[];
  /** there are more than these */
  readonly more: boolean;
  /** when the cameras that were asked for were not watched */
  readonly gaps: Unwatched[];
}

const DEFAULT_LIMIT = 50;
/** One fewer than the log gives at once, so that it shows whether there are more. */
const MOST_LIMIT = 99_999;

export function addLogOptions(command: Command): Command {
  return command
    .argument('[when...]', '"yesterday afternoon", "between 2pm and 3pm", "last week", 14:00-14:20, 昨天下午2点到3点 …')
    .option('--since <time>', '2026-01-31T14:05, "10 minutes ago", "yesterday 3pm", 昨天下午3点 …')
    .option('--until <time>', 'the same')
    .option('--camera <id>', 'of one camera', parseId)
    .option('--text <words>', 'with these words in the text')
    .addOption(new Option('--phase <phase>', 'in this phase').choices(['new', 'update', 'end', 'retracted']))
    .option('--limit <n>', 'the newest n', parseCount, DEFAULT_LIMIT)
    .addOption(jsonOption('as one JSON array, oldest first; at its end, times that were not watched, with the key "not_watched"').conflicts('csv'))
    .option('--csv', 'as a table for spreadsheets (RFC 4180), times that were not watched at its end')
    .addOption(configOption());
}

/**
 * Asks the log, beside a running daemon or without one.
 * @throws LookoutError STORE_OPEN, STORE_CORRUPT, TIME_UNPARSABLE, USAGE, CONFIG_…
 */
export async function askLog<T>(when: readonly string[], opts: LogOptions, ask: (store: Store, query: LogQuery) => T[]): Promise<LogAnswer<T>> {
  if (opts.limit > MOST_LIMIT) throw new LookoutError('USAGE', `at most ${MOST_LIMIT} at once: ask for a shorter time.`);
  const query = await queryOf(when, opts, new Date());
  return withLog(opts.config, (store, { config }) => {
    // One more than wanted tells whether there are more.
    const found = ask(store, { ...query, limit: query.limit + 1 });
    const cameras = query.camera === undefined ? config.cameras.filter((camera) => camera.enabled).map((camera) => camera.id) : [query.camera];
    // The newest ones are wanted, in the order in which they happened.
    return { rows: found.slice(0, query.limit).reverse(), more: found.length > query.limit, gaps: unwatched(store, query, cameras, Date.now()) };
  });
}

async function queryOf(when: readonly string[], opts: LogOptions, now: Date): Promise<LogQuery> {
  const { FLAGS, endsOf } = await import('../store/asked.ts');
  const { since, until } = opts;
  const range = endsOf({ ...(when.length > 0 ? { when: when.join(' ') } : {}), ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) }, now, FLAGS);
  const rest = { ...(opts.camera ? { camera: opts.camera } : {}), ...(opts.text ? { text: opts.text } : {}), ...(opts.phase ? { phase: opts.phase } : {}) };
  return { ...range, ...rest, limit: opts.limit };
}

/** That the newest ones are not all there is, for people; programs see it by the count. */
export function limitReached(more: boolean, limit: number): string[] {
  return more ? [`The newest ${limit}; see --limit, --since and --until for others.`] : [];
}

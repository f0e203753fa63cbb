import type { Config } from '../config/schema.ts';
import type { Logger } from '../health/log.ts';

/** Rules and cameras are taken up while running; these are not. */
export const FIXED = ['site', 'model', 'engine', 'events', 'mqtt', 'store', 'media', 'recordings', 'ask', 'api', 'rtmp', 'log'] as const;

export function tellRestart(before: Config, after: Config, log: Logger): void {
  const changed = awaitingRestart(before, after);
  if (changed.length > 0) log.warn({ keys: changed }, 'restart Lookout for these settings to take effect');
}

/** Sections that differ and are not taken up while running. */
export function awaitingRestart(before: Config, after: Config): string[] {
  return FIXED.filter((key) => fingerprint(before[key]) !== fingerprint(after[key]));
}

/** Secrets print as [redacted], so a changed password alone is not noticed; it must not leave its type for this. */
function fingerprint(value: unknown): string {
  return JSON.stringify(value);
}

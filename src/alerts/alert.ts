import type { Alert, Verdict } from '../values.ts';

/**
 * The message to people that a verdict gives rise to. `at` is now (ms): until the broker takes the alert, it stands as
 * `publishedAt`, and the time from then on is counted as `latency.publish`.
 */
export function toAlert({ latency, matchMs, ...verdict }: Verdict, at: number): Alert {
  return { ...verdict, publishedAt: at, latency: { ...latency, match: matchMs, publish: 0 }, snapshot: null, clip: null };
}

import { normalizeIP } from '@fastify/rate-limit';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../health/log.ts';
import { Refusal } from './problem.ts';

/** Wrong tokens from one address in a minute: so many are answered at once, the next ones later and later, then none any more. */
const AT_ONCE = 3;
const MOST = 20;
const WINDOW_MS = 60_000;
const LONGEST_MS = 2000;
const MOST_WAITING = 64;
const MOST_ADDRESSES = 10_000;

export interface WrongTokens {
  /** Counts one and throws TOKEN_WRONG after a while, or TOO_MANY_REQUESTS. A right token is never asked to pass here. */
  refuse(from: string, signal: AbortSignal): Promise<never>;
}

/** Slows those down who try tokens. */
export function createWrongTokens(log: Logger, now: () => number = Date.now): WrongTokens {
  const addresses = new Map<string, { count: number; since: number }>();
  let waiting = 0;
  const count = (address: string): number => {
    const before = addresses.get(address);
    addresses.delete(address);
    const oldest = addresses.size >= MOST_ADDRESSES ? addresses.keys().next().value : undefined;
    if (oldest !== undefined) addresses.delete(oldest);
    const alive = before !== undefined && now() - before.since < WINDOW_MS;
    const entry = alive ? { count: before.count + 1, since: before.since } : { count: 1, since: now() };
    addresses.set(address, entry);
    if (entry.count === 1 || entry.count === MOST) log.warn({ from: address, wrong: entry.count }, 'a token that is not known was tried');
    return entry.count;
  };
  return {
    async refuse(from, signal) {
      // of IPv6 a client has a whole network
      const address = normalizeIP(from);
      const tried = count(address);
      if (tried > MOST || waiting >= MOST_WAITING) {
        const since = addresses.get(address)?.since ?? now();
        throw new Refusal('TOO_MANY_REQUESTS', 'too many wrong tokens came from this address.', { retryAfter: (since + WINDOW_MS - now()) / 1000 });
      }
      if (tried > AT_ONCE) {
        waiting++;
        // Ended early when the client goes: the answer is the same, and nobody hears it.
        await sleep(Math.min(LONGEST_MS, 100 * 2 ** (tried - AT_ONCE - 1)), undefined, { signal }).catch(() => undefined);
        waiting--;
      }
      throw new Refusal('TOKEN_WRONG', 'this token is not known.');
    },
  };
}

import { createHash, randomBytes } from 'node:crypto';
import type { Holder, TokenBook } from './tokens.ts';

const DAY_MS = 86_400_000;

/** A session ends so long after it began, and so long after it was last used. */
const LONGEST_MS = 30 * DAY_MS;
const IDLE_MS = 7 * DAY_MS;
export const SESSION_SECONDS = LONGEST_MS / 1000;
const MOST_SESSIONS = 1000;

interface Session {
  /** of the token that it stands for */
  readonly key: string;
  readonly begun: number;
  used: number;
}

/** What stands in for a token in a browser's cookie. Kept in memory: a restart ends them all. */
export interface Sessions {
  /** @returns the cookie's value: 256 random bits, never one that a client brought */
  open(key: string): string;
  /** undefined when it is unknown, has expired, or its token was removed */
  holder(id: string): Holder | undefined;
  close(id: string): void;
}

export function createSessions(tokens: TokenBook, now: () => number = Date.now): Sessions {
  // By the hash of the id, so that how long a look-up takes tells nothing about the ids; in the order of their last use.
  const sessions = new Map<string, Session>();
  const place = (id: string): string => createHash('sha256').update(id).digest('base64');
  return {
    open(key) {
      const id = randomBytes(32).toString('base64url');
      const oldest = sessions.size >= MOST_SESSIONS ? sessions.keys().next().value : undefined;
      if (oldest !== undefined) sessions.delete(oldest);
      sessions.set(place(id), { key, begun: now(), used: now() });
      return id;
    },
    holder(id) {
      const at = place(id);
      const session = sessions.get(at);
      if (!session) return undefined;
      sessions.delete(at);
      const holder = tokens.holder(session.key);
      if (!holder || now() - session.begun > LONGEST_MS || now() - session.used > IDLE_MS) return undefined;
      sessions.set(at, { ...session, used: now() });
      return holder;
    },
    close: (id) => void sessions.delete(place(id)),
  };
}

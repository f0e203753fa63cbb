import { createHash, randomBytes } from 'node:crypto';
import type { Holder, TokenBook } from './tokens.ts';

const DAY_MS = 86_400_000;

/** A session ends so long after it began, and so long after it was last used. */
const LONGEST_MS = 30 * DAY_MS;
const IDLE_MS = 7 * DAY_MS;
export const SESSION_SECONDS = LONGEST_MS / 1000;
const MOST_SESSIONS = 1000;
/** Of one token: nobody can end the sessions of others by opening many. */
const MOST_OF_ONE = 100;

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
  /** The same without using it: is it there, and not over? Its token is not looked at. */
  lasts(id: string): boolean;
  close(id: string): void;
}

export function createSessions(tokens: TokenBook, now: () => number = Date.now): Sessions {
  // By the hash of the id, so that how long a look-up takes tells nothing about the ids; in the order of their last use.
  const sessions = new Map<string, Session>();
  const place = (id: string): string => createHash('sha256').update(id).digest('base64');
  const over = ({ begun, used }: Session): boolean => now() - begun > LONGEST_MS || now() - used > IDLE_MS;
  const makeRoom = (key: string): void => {
    const own = [...sessions].filter(([, session]) => session.key === key);
    const oldest = own.length >= MOST_OF_ONE ? own[0]?.[0] : sessions.size >= MOST_SESSIONS ? sessions.keys().next().value : undefined;
    if (oldest !== undefined) sessions.delete(oldest);
  };
  return {
    open(key) {
      const id = randomBytes(32).toString('base64url');
      makeRoom(key);
      sessions.set(place(id), { key, begun: now(), used: now() });
      return id;
    },
    holder(id) {
      const at = place(id);
      const session = sessions.get(at);
      if (!session) return undefined;
      sessions.delete(at);
      const holder = tokens.holder(session.key);
      if (!holder || over(session)) return undefined;
      sessions.set(at, { ...session, used: now() });
      return holder;
    },
    lasts(id) {
      const session = sessions.get(place(id));
      return session !== undefined && !over(session);
    },
    close: (id) => void sessions.delete(place(id)),
  };
}

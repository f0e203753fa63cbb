import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import type { Principal, Scope } from './route.ts';
import { changeTokens, isOpenToOthers, MOST_TOKENS, readTokens, stampOf, type TokenEntry } from './tokenFile.ts';

/** What a token looks like: `lookout_` and 256 random bits. */
export const TOKEN = /^lookout_[A-Za-z0-9_-]{43}$/;

export interface TokenInfo extends Principal {
  /** ISO 8601 */
  readonly created: string;
}

/** Who a token belongs to; `key` is another one for every token that was ever made. */
export interface Holder extends TokenInfo {
  readonly key: string;
}

/** The tokens of the API. The file is the truth: it is read again whenever it has changed. */
export interface TokenBook {
  check(token: string): Holder | undefined;
  /** the holder as the file says now; undefined when the token was removed */
  holder(key: string): Holder | undefined;
  /** @returns the token, which is shown this once @throws LookoutError TOKEN_EXISTS, CONFIG_WRITE, TOKENS_INVALID */
  add(name: string, scope: Scope): string;
  /** @throws LookoutError TOKEN_NOT_FOUND, CONFIG_WRITE, TOKENS_INVALID */
  remove(name: string): void;
  list(): TokenInfo[];
}

/**
 * @param file need not exist; mode 0600 when it is written here
 * @param log without one, a file that is damaged is thrown at every call (TOKENS_INVALID); with one it is logged, and what was read last holds
 */
export function openTokens(file: string, log?: Logger): TokenBook {
  let stamp = '';
  let tokens: TokenEntry[] = [];
  const current = (): readonly TokenEntry[] => {
    const now = stampOf(file);
    if (now === stamp) return tokens;
    try {
      tokens = readTokens(file);
      if (isOpenToOthers(file)) log?.warn({ file }, 'others on this machine can read the file of tokens: chmod 600');
    } catch (error) {
      if (!log || !(error instanceof LookoutError)) throw error;
      log.error({ code: error.code }, `${error.message} The last good tokens stay in force.`);
    }
    stamp = now;
    return tokens;
  };
  return {
    check: (token) => found(current(), digest(token)),
    holder: (key) => found(current(), Buffer.from(key, 'hex')),
    list: () => current().map(({ name, scope, created }) => ({ name, scope, created })),
    add(name, scope) {
      const token = `lookout_${randomBytes(32).toString('base64url')}`;
      changeTokens(file, (before) => {
        if (before.some((entry) => entry.name === name)) throw new LookoutError('TOKEN_EXISTS', `there is a token ${name}.`);
        if (before.length >= MOST_TOKENS) throw new LookoutError('TOKEN_EXISTS', `there are ${MOST_TOKENS} tokens, which is as many as there may be.`);
        return [...before, { name, scope, created: new Date().toISOString(), sha256: digest(token).toString('hex') }];
      });
      return token;
    },
    remove(name) {
      changeTokens(file, (before) => {
        const after = before.filter((entry) => entry.name !== name);
        if (after.length === before.length) throw new LookoutError('TOKEN_NOT_FOUND', `there is no token ${name}.`);
        return after;
      });
    },
  };
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Compares with every entry, in the same time whichever matches and however much of it does. */
function found(tokens: readonly TokenEntry[], presented: Buffer): Holder | undefined {
  let match: TokenEntry | undefined;
  for (const entry of tokens) {
    const same = timingSafeEqual(Buffer.from(entry.sha256, 'hex'), presented);
    match = same ? entry : match;
  }
  return match && { name: match.name, scope: match.scope, created: match.created, key: match.sha256 };
}

import type { FastifyRequest } from 'fastify';
import { Refusal } from './problem.ts';
import type { Principal, Scope } from './route.ts';
import type { Sessions } from './sessions.ts';
import type { TokenBook } from './tokens.ts';
import type { WrongTokens } from './wrongTokens.ts';

/** Who asks, and by which session where it was no token. */
export interface Caller extends Principal {
  /** of the token */
  readonly key: string;
  readonly session?: string;
}

export interface AuthNeeds {
  readonly tokens: TokenBook;
  readonly sessions: Sessions;
  readonly wrong: WrongTokens;
  /** of sessions */
  cookie(): { readonly name: string };
}

const RANK: Record<Scope, number> = { viewer: 0, editor: 1, admin: 2 };

/** Answers nobody, whose scope a public route does not look at. */
export const NOBODY: Caller = { name: '', scope: 'viewer', key: '' };

/**
 * The session cookie's name. Cookies know no ports: with one in the name two Lookouts on one machine do not end each other's sessions.
 * `__Host-` takes TLS, and keeps other names of the domain from setting it.
 */
export function cookieName(port: number, tls: boolean): string {
  return `${tls ? '__Host-' : ''}lookout_session_${port}`;
}

/**
 * Who makes this request. @throws Refusal TOKEN_MISSING, TOKEN_WRONG, TOO_MANY_REQUESTS, ORIGIN_REFUSED where a page that is not Lookout's may
 * have made a browser send its cookie
 */
export async function callerOf(request: FastifyRequest, needs: AuthNeeds, signal: AbortSignal): Promise<Caller> {
  const [, token] = /^Bearer +(\S{1,256})$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token !== undefined) {
    const holder = needs.tokens.check(token);
    return holder ? { name: holder.name, scope: holder.scope, key: holder.key } : needs.wrong.refuse(request.ip, signal);
  }
  if (/^Bearer\b/i.test(request.headers.authorization ?? '')) return needs.wrong.refuse(request.ip, signal);
  const session = request.cookies[needs.cookie().name];
  const holder = session ? needs.sessions.holder(session) : undefined;
  if (!session || !holder) throw new Refusal('TOKEN_MISSING', session ? 'the session has ended.' : 'this takes a token.');
  refuseForged(request);
  return { name: holder.name, scope: holder.scope, key: holder.key, session };
}

/** A browser says who made it send a cookie along: its Origin has been found to be ours already, where there is one. */
function refuseForged({ method, headers }: FastifyRequest): void {
  if (method === 'GET' || method === 'HEAD') return;
  if (headers.origin !== undefined || headers['sec-fetch-site'] === 'same-origin') return;
  throw new Refusal('ORIGIN_REFUSED', 'a change by session has to come from the page.', { param: 'origin' });
}

export function isBelow(scope: Scope, who: Principal): boolean {
  return RANK[who.scope] < RANK[scope];
}

/** @throws Refusal TOKEN_SCOPE */
export function refuseBelow(scope: Scope, who: Principal): void {
  if (isBelow(scope, who)) throw new Refusal('TOKEN_SCOPE', `this takes a token of scope ${scope}, and ${who.name} is ${who.scope}.`);
}

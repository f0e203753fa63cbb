import { z } from 'zod';
import { Headed, route, type Route } from '../route.ts';
import { SESSION_SECONDS, type Sessions } from '../sessions.ts';
import type { TokenBook } from '../tokens.ts';
import type { WrongTokens } from '../wrongTokens.ts';

export interface SessionNeeds {
  readonly tokens: Pick<TokenBook, 'check'>;
  readonly sessions: Sessions;
  readonly wrong: WrongTokens;
  readonly version: string;
  /** the cookie's name; `secure` where it must travel over TLS only */
  cookie(): { readonly name: string; readonly secure: boolean };
}

const who = z.strictObject({
  name: z.string().describe("the token's"),
  scope: z.enum(['viewer', 'editor', 'admin']),
  version: z.string().describe('of Lookout'),
});

/** What the page does with the token of its link: a cookie that scripts cannot read, so that pictures and videos can be asked for as well. */
export function sessionRoutes(needs: SessionNeeds): Route[] {
  const tag = 'session';
  return [
    route({
      method: 'GET',
      path: '/v1/session',
      scope: 'viewer',
      tag,
      summary: 'Who asks, and what they may',
      response: { json: who },
      handle: ({ who: { name, scope } }) => ({ name, scope, version: needs.version }),
    }),
    route({
      method: 'POST',
      path: '/v1/session',
      scope: 'public',
      tag,
      summary: 'Exchange a token for a session cookie',
      description: 'For browsers. The cookie is sent to Lookout only, and not by pages of other sites; it ends with the token, when it is not used for a week, or when Lookout restarts.',
      body: z.strictObject({ token: z.string().min(1).max(256) }),
      response: { json: who },
      status: 201,
      handle: async ({ body, from, signal }) => {
        const holder = needs.tokens.check(body.token) ?? (await needs.wrong.refuse(from, signal));
        const { name, scope } = holder;
        return new Headed({ name, scope, version: needs.version }, { 'set-cookie': written(needs, needs.sessions.open(holder.key), SESSION_SECONDS) });
      },
    }),
    route({
      method: 'DELETE',
      path: '/v1/session',
      scope: 'viewer',
      tag,
      summary: 'End the session',
      response: { empty: true },
      handle: ({ session }) => {
        if (session) needs.sessions.close(session);
        return new Headed(undefined, { 'set-cookie': written(needs, '', 0) });
      },
    }),
  ];
}

function written({ cookie }: SessionNeeds, value: string, seconds: number): string {
  const { name, secure } = cookie();
  return `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

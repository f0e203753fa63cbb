import { z } from 'zod';
import { ID } from '../../config/schema.ts';
import { route, type Route } from '../route.ts';
import type { TokenBook } from '../tokens.ts';

export interface TokenNeeds {
  readonly tokens: Pick<TokenBook, 'add' | 'remove' | 'list'>;
}

const name = z.string().regex(ID, 'must be 1 to 64 of a-z, 0-9, _ and -');
const scope = z.enum(['viewer', 'editor', 'admin']);
const token = z.strictObject({ name, scope, created: z.iso.datetime() });

/** Tokens of people and programs. What is in the file is a hash, so a token is shown once, to whoever made it. */
export function tokenRoutes({ tokens }: TokenNeeds): Route[] {
  const tag = 'tokens';
  return [
    route({
      method: 'GET',
      path: '/v1/tokens',
      scope: 'admin',
      tag,
      summary: 'The tokens by name',
      response: { json: z.strictObject({ items: z.array(token) }) },
      handle: () => ({ items: tokens.list() }),
    }),
    route({
      method: 'POST',
      path: '/v1/tokens',
      scope: 'admin',
      tag,
      summary: 'Make a token',
      description: 'The answer is the only place where the token is shown.',
      body: z.strictObject({ name, scope: scope.default('viewer') }),
      response: { json: z.strictObject({ name, scope, token: z.string() }) },
      status: 201,
      handle: ({ body }) => ({ ...body, token: tokens.add(body.name, body.scope) }),
    }),
    route({
      method: 'DELETE',
      path: '/v1/tokens/:name',
      scope: 'admin',
      tag,
      summary: 'Remove a token and end its sessions',
      params: z.strictObject({ name }),
      response: { empty: true },
      handle: ({ params }) => {
        tokens.remove(params.name);
        return undefined;
      },
    }),
  ];
}

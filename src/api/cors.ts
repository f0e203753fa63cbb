import type { FastifyReply, FastifyRequest } from 'fastify';
import { methodsOf } from './page.ts';
import { Refusal } from './problem.ts';
import type { Route } from './route.ts';

/** A page elsewhere that may call, by a token: cookies do not come along. */
export function corsHead(reply: FastifyReply, origin: string): void {
  reply.header('access-control-allow-origin', origin).header('vary', 'Origin');
  reply.header('access-control-expose-headers', 'ETag, Retry-After, Content-Disposition, Content-Range');
  // the browser checks who reads; without this it would refuse pages that were let in
  reply.header('cross-origin-resource-policy', 'cross-origin');
}

/** Answers OPTIONS: to a browser what a page elsewhere may do, to others which methods there are. */
export function preflight(request: FastifyRequest, reply: FastifyReply, routes: readonly Route[], origin: string | undefined): FastifyReply {
  const methods = methodsOf(request.url.split('?')[0] ?? '', routes);
  if (methods.length === 0) throw new Refusal('ROUTE_NOT_FOUND', 'there is nothing here.');
  reply.header('allow', [...methods, 'OPTIONS'].join(', '));
  if (origin !== undefined) {
    reply.header('access-control-allow-methods', methods.join(', ')).header('access-control-allow-headers', 'Authorization, Content-Type, If-Match').header('access-control-max-age', '600');
    if (request.headers['access-control-request-private-network'] === 'true') reply.header('access-control-allow-private-network', 'true');
  }
  return reply.code(204).send();
}

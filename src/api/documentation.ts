import type { FastifyInstance, FastifyReply } from 'fastify';
import { docsPage } from './docs.ts';
import { DOCS_STYLE } from './docsStyle.ts';
import type { OpenApi } from './openapi.ts';

/** GET /openapi.json, and the same as a page to read: made once, when somebody first asks. */
export function addDocumentation(app: FastifyInstance, openapi: () => OpenApi): void {
  let json: string | undefined;
  let page: string | undefined;
  const send = (reply: FastifyReply, type: string, text: string): FastifyReply => reply.header('cache-control', 'no-cache').type(`${type}; charset=utf-8`).send(text);
  app.get('/openapi.json', (_request, reply) => send(reply, 'application/json', (json ??= JSON.stringify(openapi()))));
  app.get('/docs', (_request, reply) => send(reply, 'text/html', (page ??= docsPage(openapi()))));
  app.get('/docs.css', (_request, reply) => send(reply, 'text/css', DOCS_STYLE));
}

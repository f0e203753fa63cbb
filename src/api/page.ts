import type { FastifyReply, FastifyRequest } from 'fastify';
import { realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { Refusal } from './problem.ts';
import type { Route } from './route.ts';

/** Names as the build makes them: anything encoded, a dot in front, or a step up is no file of the page. */
const NAME = /^(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+$/;

const UNBUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Lookout</title>
<h1>Lookout is running</h1><p>Its page has not been built yet: run <code>npm run setup</code> in Lookout's folder, and load this again.</p>
<p>What programs can ask is described under <a href="/docs">/docs</a>.</p></html>
`;

/** Answers what no route does: files of the built page, the page itself where a person comes, else ROUTE_NOT_FOUND or METHOD_NOT_ALLOWED. */
export function pageHandler(folder: string | undefined, routes: readonly Route[]): (request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  return (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const methods = methodsOf(path, routes);
    if (methods.length > 0) throw new Refusal('METHOD_NOT_ALLOWED', `${path} takes ${methods.join(', ')}.`, { allow: methods.join(', ') });
    if (request.method !== 'GET' && request.method !== 'HEAD') throw nothing();
    const file = folder === undefined ? undefined : fileOf(folder, path);
    if (folder !== undefined && file !== undefined) {
      // what the build names by its content never changes
      reply.header('cache-control', path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : path === '/index.html' ? 'no-store' : 'no-cache');
      return reply.sendFile(file, folder, { cacheControl: false });
    }
    if (/^\/(v1|assets)(\/|$)/.test(path) || !isVisit(request, path)) throw nothing();
    reply.header('cache-control', 'no-store');
    if (folder === undefined || fileOf(folder, '/index.html') === undefined) return reply.code(503).type('text/html; charset=utf-8').send(UNBUILT);
    return reply.sendFile('index.html', folder, { cacheControl: false });
  };
}

function nothing(): Refusal {
  return new Refusal('ROUTE_NOT_FOUND', 'there is nothing here.');
}

/** A person follows a link to a part of the page. A name with an ending is a file that is not there. */
function isVisit({ headers }: FastifyRequest, path: string): boolean {
  if (path === '/') return true;
  return NAME.test(path) && !path.includes('.') && (headers['sec-fetch-mode'] === 'navigate' || (headers.accept ?? '').includes('text/html'));
}

/** @returns the file's path below the folder */
function fileOf(folder: string, path: string): string | undefined {
  if (!NAME.test(path) || path.includes('..') || path.length > 200) return undefined;
  const file = join(folder, path);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return undefined;
  // a link in the folder must not lead out of it
  return realpathSync(file).startsWith(realpathSync(folder) + sep) ? path.slice(1) : undefined;
}

/** The methods of a path that has routes, but not for the one asked for. */
export function methodsOf(path: string, routes: readonly Route[]): string[] {
  const here = routes.filter((route) => shapeOf(route.path).test(path)).map((route) => route.method);
  return [...new Set(here.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))];
}

function shapeOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))).join('/')}$`);
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Route, Scope } from '../../src/api/route.ts';
import { type Api, type ApiOptions, startApi } from '../../src/api/server.ts';
import { openTokens, type TokenBook } from '../../src/api/tokens.ts';
import { createLogger } from '../../src/health/log.ts';

export interface AskOptions {
  /** whose token is sent: by default a viewer's for GET, else an admin's; false: none */
  readonly scope?: Scope | false;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

export interface Served extends Pick<Api, 'url' | 'port' | 'openapi' | 'routes'> {
  readonly tokens: TokenBook;
  readonly tokenFile: string;
  token(scope: Scope): string;
  /** any method; an object is sent as JSON, bytes and streams as they are */
  request(method: string, path: string, body?: unknown, opts?: AskOptions): Promise<Response>;
  get(path: string, opts?: AskOptions): Promise<Response>;
  post(path: string, body?: unknown, opts?: AskOptions): Promise<Response>;
  put(path: string, body?: unknown, opts?: AskOptions): Promise<Response>;
  patch(path: string, body?: unknown, opts?: AskOptions): Promise<Response>;
  delete(path: string, opts?: AskOptions): Promise<Response>;
  stop(): Promise<void>;
}

/** The real server on a free port of loopback, with a token of each scope. Stopped when the test that called this ends; outside of one call `stop`. */
export async function serve(routes: readonly Route[], more: Partial<ApiOptions> = {}): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-api-'));
  const tokenFile = join(folder, 'api-tokens.json');
  const tokens = openTokens(tokenFile);
  const known: Record<Scope, string> = { viewer: tokens.add('viewer', 'viewer'), editor: tokens.add('editor', 'editor'), admin: tokens.add('admin', 'admin') };
  const halt = new AbortController();
  const clear = (): void => rmSync(folder, { recursive: true, force: true });
  const api = await startApi({ host: '127.0.0.1', port: 0, tokens, routes, version: '0.0.0', log: createLogger({ level: 'error' }), ...more }, halt.signal).catch((error: unknown) => {
    clear();
    throw error;
  });
  const stop = async (): Promise<void> => {
    halt.abort();
    await api.done;
    clear();
  };
  atTestEnd(stop);
  const request: Served['request'] = (method, path, body, { scope = method === 'GET' ? 'viewer' : 'admin', headers, signal } = {}) => {
    const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream;
    return fetch(`${api.url}${path}`, {
      method,
      redirect: 'manual',
      body: raw ? (body as RequestInit['body']) : JSON.stringify(body),
      headers: { ...(scope ? { authorization: `Bearer ${known[scope]}` } : {}), ...(raw ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(signal ? { signal } : {}),
      ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    });
  };
  return {
    url: api.url, port: api.port, openapi: api.openapi, routes: api.routes, tokens, tokenFile, request, stop,
    token: (scope) => known[scope],
    get: (path, opts) => request('GET', path, undefined, opts),
    post: (path, body, opts) => request('POST', path, body, opts),
    put: (path, body, opts) => request('PUT', path, body, opts),
    patch: (path, body, opts) => request('PATCH', path, body, opts),
    delete: (path, opts) => request('DELETE', path, undefined, opts),
  };
}

function atTestEnd(stop: () => Promise<void>): void {
  try {
    onTestFinished(stop);
  } catch {
    // called in beforeAll: whoever did stops it
    return;
  }
}

import { readFileSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Bytes, route, type Route, type Scope, Told } from '../../src/api/route.ts';
import { toldStream } from '../../src/api/told.ts';
import { serve, type Served } from './serve.ts';

const limits = { standingMs: 20 };

/** Two streams that end with their client only, and what of them has ended. */
function streams(scope: Scope): { routes: Route[]; ended: string[] } {
  const ended: string[] = [];
  async function* news(signal: AbortSignal): AsyncGenerator<{ data: unknown }> {
    yield { data: 1 };
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    ended.push('news');
  }
  const film = (): Readable => new Readable({ read() { setTimeout(() => this.push('x'), 5); } }).once('close', () => ended.push('film'));
  const about = { method: 'GET', scope, tag: 'Test', summary: 'test' } as const;
  return {
    ended,
    routes: [
      route({ ...about, path: '/v1/news', response: { told: true }, handle: ({ signal }) => new Told(news(signal)) }),
      route({ ...about, path: '/v1/film', response: { bytes: ['video/x-flv'] }, handle: () => new Bytes({ stream: film(), type: 'video/x-flv' }) }),
    ],
  };
}

async function opened(api: Served, headers: Record<string, string>): Promise<Response[]> {
  const answers = await Promise.all(['/v1/news', '/v1/film'].map((path) => api.get(path, { scope: false, headers })));
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  return answers;
}

test('with its token a stream ends, and those of others go on', async () => {
  const { routes, ended } = streams('viewer');
  const api = await serve(routes, { limits });
  const [mine, others] = [api.tokens.add('mine', 'viewer'), api.tokens.add('others', 'viewer')];
  await opened(api, { authorization: `Bearer ${others}` });
  await opened(api, { authorization: `Bearer ${mine}` });
  await sleep(100);
  expect(ended).toEqual([]);
  api.tokens.remove('mine');
  await vi.waitFor(() => expect(ended.toSorted()).toEqual(['film', 'news']));
  await sleep(100);
  expect(ended).toHaveLength(2);
});

test('a stream ends when its session is closed, and when its token may no longer have it', async () => {
  const { routes, ended } = streams('editor');
  const api = await serve(routes, { limits });
  const signedIn = await api.post('/v1/session', { token: api.token('editor') }, { scope: false, headers: { origin: api.url } });
  const cookie = { cookie: signedIn.headers.get('set-cookie')?.split(';')[0] ?? '', origin: api.url };
  await opened(api, cookie);
  expect((await api.request('DELETE', '/v1/session', undefined, { scope: false, headers: cookie })).status).toBe(204);
  await vi.waitFor(() => expect(ended).toHaveLength(2));

  await opened(api, { authorization: `Bearer ${api.token('editor')}` });
  writeFileSync(api.tokenFile, readFileSync(api.tokenFile, 'utf8').replace('"editor",\n      "scope": "editor"', '"editor",\n      "scope": "viewer"'));
  await vi.waitFor(() => expect(ended).toHaveLength(4));
});

test('one token has a quarter of the connections; those of others are served all the same', async () => {
  const { routes } = streams('viewer');
  const api = await serve(routes);
  const gone = new AbortController();
  const [first] = await Promise.all(Array.from({ length: 128 }, () => api.get('/v1/news', { signal: gone.signal })));
  expect(first?.status).toBe(200);
  const more = await api.get('/v1/news');
  expect([more.status, await more.json()]).toMatchObject([429, { error: { code: 'TOO_MANY_REQUESTS' } }]);
  expect((await api.get('/v1/session', { scope: 'admin' })).status).toBe(200);
  gone.abort();
  await vi.waitFor(async () => expect((await api.get('/v1/session')).status).toBe(200), 5000);
});

test('events that fail after their client has gone fail for nobody', async () => {
  const unheard: unknown[] = [];
  const hear = (error: unknown): void => void unheard.push(error);
  process.on('unhandledRejection', hear);
  onTestFinished(() => void process.off('unhandledRejection', hear));
  const gone = new AbortController();
  async function* events(): AsyncGenerator<{ data: unknown }> {
    for (;;) {
      gone.signal.throwIfAborted();
      yield { data: 'x'.repeat(100_000) };
    }
  }
  const failed: unknown[] = [];
  const stream = toldStream(new Told(events()), gone.signal, (error) => failed.push(error));
  // full: what is told next waits for a reader
  await new Promise((resolve) => stream.once('readable', resolve));
  gone.abort(new Error('it stops'));
  expect(await text(stream)).toMatch(/^: lookout/);
  await setImmediate();
  expect([unheard, failed]).toEqual([[], []]);
});

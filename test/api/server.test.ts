import { createServer } from 'node:net';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { Bytes, Headed, route, type Route, Told } from '../../src/api/route.ts';
import { startApi } from '../../src/api/server.ts';
import { openTokens } from '../../src/api/tokens.ts';
import { LookoutError } from '../../src/errors.ts';
import { createLogger } from '../../src/health/log.ts';
import { serve } from './serve.ts';
import { wire } from './wire.ts';

const json = z.strictObject({ ok: z.unknown() });

/** A route for one test. */
function one(path: string, handle: Route['handle'], more: Partial<Route> = {}): Route {
  return route({ method: 'GET', path, scope: 'viewer', tag: 'Test', summary: 'test', response: { json }, ...more, handle });
}

function folder(files: Record<string, string>): string {
  const made = mkdtempSync(join(tmpdir(), 'lookout-page-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(made, name, '..'), { recursive: true });
    writeFileSync(join(made, name), content);
  }
  return made;
}

async function codeOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: { code: string } };
  return `${response.status} ${error.code}`;
}

test('what a route is asked is checked: types are coerced by its schemas, unknown keys refused, the first fault named', async () => {
  const asked = one('/v1/things/:id', ({ params, query, body, who }) => ({ ok: { params, query, body, who } }), {
    method: 'POST', params: z.object({ id: z.coerce.number() }), query: z.object({ limit: z.coerce.number().max(5).default(3) }), body: z.object({ text: z.string() }),
  });
  const api = await serve([asked, one('/v1/plain', () => ({ ok: 1 }), { method: 'POST' })]);
  const good = await api.post('/v1/things/7?limit=4', { text: 'a' });
  expect([good.status, await good.json()]).toEqual([200, { ok: { params: { id: 7 }, query: { limit: 4 }, body: { text: 'a' }, who: { name: 'admin', scope: 'admin' } } }]);
  const problem = (await (await api.post('/v1/things/7?limit=9', { text: 'a' })).json()) as object;
  expect(problem).toMatchObject({ error: { code: 'REQUEST_INVALID', type: 'invalid_request_error', param: 'limit', message: expect.stringMatching(/^query limit: /) } });
  expect(await codeOf(await api.post('/v1/things/x', { text: 'a' }))).toBe('400 REQUEST_INVALID');
  expect(await codeOf(await api.post('/v1/things/7?what=1', { text: 'a' }))).toBe('400 REQUEST_INVALID');
  expect(await codeOf(await api.post('/v1/things/7', { text: 'a', more: 1 }))).toBe('400 REQUEST_INVALID');
  expect(await codeOf(await api.post('/v1/things/7'))).toBe('400 REQUEST_INVALID');
  expect(await codeOf(await api.post('/v1/plain', { text: 'a' }))).toBe('400 REQUEST_INVALID');
  expect((await api.post('/v1/plain')).status).toBe(200);
});

test('an answer that is not of its schema, an error that nobody expected: 500, and nothing of it is told; a coded one is told', async () => {
  const log = createLogger({ level: 'silent' });
  const logged = vi.spyOn(log, 'error');
  const api = await serve([
    one('/v1/wrong', () => ({ secret: 'hunter2' })),
    one('/v1/broken', () => { throw new Error('hunter2 at /etc/passwd'); }),
    one('/v1/coded', () => { throw new LookoutError('CAMERA_NOT_FOUND', 'there is no camera x.'); }),
    one('/v1/leaky', () => { throw new LookoutError('CAMERA_UNREACHABLE', 'rtsp://me:hunter2@house/ does not answer.'); }),
  ], { log });
  for (const path of ['/v1/wrong', '/v1/broken']) {
    const answer = await api.get(path);
    const body = await answer.text();
    expect([answer.status, body.includes('hunter2'), body.includes('INTERNAL')]).toEqual([500, false, true]);
  }
  expect(logged).toHaveBeenCalledTimes(2);
  expect(await codeOf(await api.get('/v1/coded'))).toBe('404 CAMERA_NOT_FOUND');
  expect(await (await api.get('/v1/leaky')).text()).not.toContain('hunter2');
});

test('bytes: a file by ranges and by ETag, data, streams; a file that is gone; names cannot break out of the header', async () => {
  const dir = folder({ 'a.mp4': '0123456789' });
  const done = vi.fn();
  const api = await serve([
    one('/v1/file', () => new Bytes({ file: join(dir, 'a.mp4'), type: 'video/mp4', name: 'Küche "1"\r\nx: y.mp4', done }), { response: { bytes: ['video/mp4'] } }),
    one('/v1/gone', () => new Bytes({ file: join(dir, 'b.mp4'), type: 'video/mp4', done }), { response: { bytes: ['video/mp4'] } }),
    one('/v1/data', () => new Bytes({ data: new TextEncoder().encode('<b>'), type: 'text/html' }), { response: { bytes: ['text/html'] } }),
    one('/v1/stream', () => new Bytes({ stream: Readable.from(['a', 'b']), type: 'video/mp2t' }), { response: { bytes: ['video/mp2t'] } }),
  ]);
  const whole = await api.get('/v1/file');
  expect([whole.status, whole.headers.get('content-type'), whole.headers.get('accept-ranges'), await whole.text()]).toEqual([200, 'video/mp4', 'bytes', '0123456789']);
  expect(whole.headers.get('content-disposition')).toBe(`inline; filename="K_che 1x: y.mp4"; filename*=UTF-8''K%C3%BCche%201x%3A%20y.mp4`);
  expect(whole.headers.get('content-security-policy')).toContain('sandbox');
  const part = await api.get('/v1/file', { headers: { range: 'bytes=2-4' } });
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 2-4/10', '234']);
  expect(await codeOf(await api.get('/v1/file', { headers: { range: 'bytes=20-' } }))).toBe('416 REQUEST_INVALID');
  const again = await wire(api.port, `GET /v1/file HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${api.token('viewer')}\r\nIf-None-Match: ${whole.headers.get('etag')}\r\nConnection: close\r\n\r\n`);
  expect(again).toMatch(/^HTTP\/1.1 304 /);
  const head = await api.request('HEAD', '/v1/file', undefined, { scope: 'viewer' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', '']);
  expect(await codeOf(await api.get('/v1/gone'))).toBe('404 MEDIA_GONE');
  await vi.waitFor(() => expect(done).toHaveBeenCalledTimes(6));
  const data = await api.get('/v1/data');
  expect([data.headers.get('content-disposition'), await data.text()]).toEqual(['attachment', '<b>']);
  expect(await (await api.get('/v1/stream')).text()).toBe('ab');
});

test('server-sent events: heartbeats while nothing happens, an error as an event, strings as they are', async () => {
  async function* events(): AsyncGenerator<{ event?: string; id?: string; data: unknown }> {
    yield { event: 'step', id: '1\nevent: forged', data: { a: 1 } };
    await sleep(100);
    yield { data: 'two\nlines' };
    throw new LookoutError('MODEL_RUNTIME', 'it died.');
  }
  const api = await serve([one('/v1/told', () => new Told(events()), { response: { told: true } })], { limits: { heartbeatMs: 20 } });
  const answer = await api.get('/v1/told');
  expect([answer.headers.get('content-type'), answer.headers.get('cache-control'), answer.headers.get('x-accel-buffering')]).toEqual(['text/event-stream; charset=utf-8', 'no-store', 'no']);
  const told = await answer.text();
  expect(told).toContain('event: step\nid: 1 event: forged\ndata: {"a":1}\n\n');
  expect(told).toContain('data: two\ndata: lines\n\n');
  expect(told).toContain(': still here\n\n');
  expect(told.split('\n\n').at(-2)).toMatch(/^event: error\ndata: \{"error":\{"code":"MODEL_RUNTIME"/);
});

test('a client that goes ends its generator and its stream, and aborts its signal', async () => {
  const ended: string[] = [];
  const stream = new Readable({ read() { this.push('x'.repeat(1000)); } });
  stream.once('close', () => ended.push('stream'));
  async function* endless(signal: AbortSignal): AsyncGenerator<{ data: unknown }> {
    try {
      yield { data: 1 };
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    } finally {
      ended.push('generator');
    }
  }
  const api = await serve([
    one('/v1/told', ({ signal }) => new Told(endless(signal)), { response: { told: true } }),
    one('/v1/stream', () => new Bytes({ stream, type: 'video/mp2t' }), { response: { bytes: ['video/mp2t'] } }),
    one('/v1/slow', ({ signal }) => new Promise(() => signal.addEventListener('abort', () => ended.push('signal'), { once: true }))),
  ]);
  for (const path of ['/v1/told', '/v1/stream']) {
    const gone = new AbortController();
    const answer = await api.get(path, { signal: gone.signal });
    await answer.body?.getReader().read();
    gone.abort();
  }
  const gone = new AbortController();
  const slow = api.get('/v1/slow', { signal: gone.signal }).catch(() => 'left');
  await sleep(50);
  gone.abort();
  await slow;
  await vi.waitFor(() => expect(ended.sort()).toEqual(['generator', 'signal', 'stream']));
});

test('a slow reader is waited for: no more is asked of the generator than it takes', async () => {
  let made = 0;
  async function* many(): AsyncGenerator<{ data: unknown }> {
    for (;;) {
      made++;
      yield { data: 'x'.repeat(10_000) };
    }
  }
  const api = await serve([one('/v1/told', () => new Told(many()), { response: { told: true } })]);
  const gone = new AbortController();
  await api.get('/v1/told', { signal: gone.signal });
  await sleep(300);
  const before = made;
  await sleep(200);
  expect(made).toBe(before);
  expect(made).toBeLessThan(3000);
  gone.abort();
});

test('stops at once: streams of events end, open requests are aborted, idle connections closed', async () => {
  async function* endless(signal: AbortSignal): AsyncGenerator<{ data: unknown }> {
    yield { data: 1 };
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }
  const api = await serve([one('/v1/told', ({ signal }) => new Told(endless(signal)), { response: { told: true } })]);
  const answer = await api.get('/v1/told');
  await api.stop();
  expect(await answer.text().catch(() => 'cut')).toContain('data: 1');
  await expect(api.get('/v1/health')).rejects.toThrow();
});

test('heavy routes: a few at once, some wait, the rest is told when to come again; who leaves the line gives up its place', async () => {
  const running: Array<() => void> = [];
  const api = await serve([one('/v1/heavy', () => new Promise((resolve) => running.push(() => resolve({ ok: 1 }))), { heavy: true })], { limits: { heavyAtOnce: 1, heavyWaiting: 1 } });
  const first = api.get('/v1/heavy');
  await vi.waitFor(() => expect(running).toHaveLength(1));
  const leaves = new AbortController();
  const second = api.get('/v1/heavy', { signal: leaves.signal }).catch(() => 'left');
  await sleep(50);
  const refused = await api.get('/v1/heavy');
  expect([refused.headers.get('retry-after'), await codeOf(refused)]).toEqual(['5', '503 SERVER_BUSY']);
  leaves.abort();
  expect(await second).toBe('left');
  await sleep(50);
  const third = api.get('/v1/heavy');
  await sleep(50);
  running.shift()?.();
  expect((await first).status).toBe(200);
  await vi.waitFor(() => expect(running).toHaveLength(1));
  running.shift()?.();
  expect((await third).status).toBe(200);
});

test('what reads a made file slowly keeps no other from the work', async () => {
  const slow = (): Bytes => new Bytes({ stream: new Readable({ read: () => undefined }), type: 'video/mp4' });
  const made = route({ method: 'GET', path: '/v1/made', scope: 'viewer', tag: 'x', summary: 'makes something', heavy: true, response: { bytes: ['video/mp4'] }, handle: slow });
  const api = await serve([made, one('/v1/heavy', () => Promise.resolve({ ok: 1 }), { heavy: true })], { limits: { heavyAtOnce: 1, heavyWaiting: 1 } });
  const gone = new AbortController();
  const reading = api.get('/v1/made', { signal: gone.signal }).catch(() => undefined);
  await sleep(200);
  expect((await api.get('/v1/heavy')).status).toBe(200);
  gone.abort();
  await reading;
});

test('a body as a stream comes piece by piece, up to its limit', async () => {
  const api = await serve([one('/v1/bytes', async ({ body }) => ({ ok: (await text(body as Readable)).length }), { method: 'POST', body: 'stream', bodyLimit: 1000 })]);
  const send = (size: number): Promise<Response> => api.post('/v1/bytes', new ReadableStream({ start: (c) => { c.enqueue(Buffer.alloc(size)); c.close(); } }), { headers: { 'content-type': 'video/mp4' } });
  expect(await (await send(900)).json()).toEqual({ ok: 900 });
  expect(await codeOf(await send(1100))).toBe('413 REQUEST_TOO_LARGE');
  expect(await codeOf(await api.post('/v1/bytes', Buffer.alloc(2000)))).toBe('413 REQUEST_TOO_LARGE');
  expect(await codeOf(await api.post('/v1/bytes'))).toBe('400 REQUEST_INVALID');
});

test('the page: assets for ever, the index never; parts of the page are the index; what is missing is said', async () => {
  const page = folder({ 'index.html': '<title>Lookout</title>', 'assets/app-1.js': 'let a', 'logo.svg': '<svg/>' });
  symlinkSync('/etc/passwd', join(page, 'link.txt'));
  const api = await serve([], { page });
  const visit = 'Accept: text/html\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\nSec-Fetch-Site: cross-site';
  const got = async (path: string): Promise<unknown[]> => {
    const answer = await api.get(path, { scope: false });
    return [answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control'), await answer.text()];
  };
  expect(await got('/')).toEqual([200, 'text/html; charset=utf-8', 'no-store', '<title>Lookout</title>']);
  // a link followed from a page elsewhere
  const visited = (path: string): Promise<string> => wire(api.port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${visit}\r\nConnection: close\r\n\r\n`);
  expect(await visited('/rules/phone')).toMatch(/^HTTP\/1.1 200 [^]*<title>Lookout<\/title>$/);
  expect(await visited('/v1/none')).toMatch(/^HTTP\/1.1 403 [^]*ORIGIN_REFUSED/);
  expect(await got('/assets/app-1.js')).toEqual([200, 'application/javascript; charset=utf-8', 'public, max-age=31536000, immutable', 'let a']);
  expect(await got('/logo.svg')).toEqual([200, 'image/svg+xml', 'no-cache', '<svg/>']);
  for (const path of ['/link.txt', '/assets/none.js', '/rules/phone', '/v1/none', '/assets']) expect(await codeOf(await api.get(path, { scope: false }))).toBe('404 ROUTE_NOT_FOUND');
  const wrong = await api.request('DELETE', '/v1/health');
  expect([wrong.headers.get('allow'), await codeOf(wrong)]).toEqual(['GET, HEAD', '405 METHOD_NOT_ALLOWED']);
});

test('a page that is not built is said to be, and served when it is', async () => {
  const page = folder({});
  const api = await serve([], { page });
  const before = await api.get('/', { scope: false });
  expect([before.status, await before.text()]).toEqual([503, expect.stringContaining('npm run setup')]);
  writeFileSync(join(page, 'index.html'), 'built');
  expect(await (await api.get('/', { scope: false })).text()).toBe('built');
});

test('a port that is taken is logged, and taken when it is free; a stop does not wait for it', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  const log = createLogger({ level: 'silent' });
  const logged = vi.spyOn(log, 'error');
  const tokens = openTokens(join(folder({}), 'tokens.json'));
  const halt = new AbortController();
  const api = await startApi({ host: '127.0.0.1', port, tokens, routes: [], version: '0', log }, halt.signal);
  expect(logged).toHaveBeenCalledWith({ code: 'PORT_IN_USE' }, expect.stringContaining('PORT_IN_USE'));
  expect(api.port).toBe(0);
  await new Promise((resolve) => other.close(resolve));
  await vi.waitFor(() => expect(api.port).toBe(port), 10_000);
  halt.abort();
  await api.done;
  expect(api.url).toBe(`http://127.0.0.1:${port}`);
});

test('without TLS on more than loopback is warned of', async () => {
  const log = createLogger({ level: 'silent' });
  const warned = vi.spyOn(log, 'warn');
  await serve([], { log });
  expect(warned).not.toHaveBeenCalled();
  await serve([], { log, host: '0.0.0.0' });
  expect(warned).toHaveBeenCalledWith({ host: '0.0.0.0' }, expect.stringContaining('without TLS'));
});

test('a file whose client has gone while it was made is put away', async () => {
  const done = vi.fn();
  let made = (): void => undefined;
  const slow = one('/v1/slow', () => new Promise((resolve) => { made = () => resolve(new Bytes({ file: '/nowhere', type: 'video/mp4', done })); }), { response: { bytes: ['video/mp4'] } });
  const api = await serve([slow], { log: createLogger({ level: 'silent' }) });
  const gone = new AbortController();
  const asked = api.get('/v1/slow', { signal: gone.signal }).catch(() => 'left');
  await sleep(100);
  gone.abort();
  await asked;
  await sleep(100);
  made();
  await vi.waitFor(() => expect(done).toHaveBeenCalledTimes(1));
});

test('headers of an answer', async () => {
  const api = await serve([one('/v1/headed', () => new Headed({ ok: 1 }, { etag: '"7"' }))]);
  const answer = await api.get('/v1/headed');
  expect([answer.headers.get('etag'), answer.headers.get('cache-control'), await answer.json()]).toEqual(['"7"', 'no-store', { ok: 1 }]);
});

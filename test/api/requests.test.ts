import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { route, type Route } from '../../src/api/route.ts';
import { bearer, CHANGE, summary, told } from './byHand.ts';
import { serve, type Served } from './serve.ts';
import { wire } from './wire.ts';

const STREAM: Route = route({
  method: 'POST', path: '/v1/stream', scope: 'viewer', tag: 'Test', summary: 'test', body: 'stream', bodyLimit: 1e6, response: { json: z.object({ ok: z.number() }) },
  handle: async ({ body }) => ({ ok: (await text(body as unknown as Readable)).length }),
});

function change(api: Served, body: string, more: readonly string[] = ['Content-Type: application/json']): Promise<string> {
  return told(api, 'POST /v1/change', [bearer(api), ...more, `Content-Length: ${Buffer.byteLength(body)}`], body);
}

describe('bodies', () => {
  test.each([
    ['{', '400 REQUEST_INVALID'], ['{"a":1}}', '400 REQUEST_INVALID'], ["{'a':1}", '400 REQUEST_INVALID'], ['nul', '400 REQUEST_INVALID'], ['{"a":1,}', '400 REQUEST_INVALID'], ['{"a":NaN}', '400 REQUEST_INVALID'], ['', '400 REQUEST_INVALID'], ['null', '400 REQUEST_INVALID'], ['[]', '400 REQUEST_INVALID'], ['"a"', '400 REQUEST_INVALID'],
    ['{"a":1,"__proto__":{"admin":true}}', '400 REQUEST_INVALID'], ['{"a":{"__proto__":{"admin":true}}}', '400 REQUEST_INVALID'], ['{"a":{"constructor":{"prototype":{"admin":true}}}}', '400 REQUEST_INVALID'], ['{"a":1,"\\u005f\\u005fproto\\u005f\\u005f":{}}', '400 REQUEST_INVALID'],
    [`{"a":${'['.repeat(60)}${']'.repeat(60)}}`, '200'], [`{"a":${'['.repeat(70)}${']'.repeat(70)}}`, '400 REQUEST_INVALID'], [`{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, '400 REQUEST_INVALID'], [`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, '400 REQUEST_INVALID'],
    [`{"a":"${'x'.repeat(70_000)}"}`, '413 REQUEST_TOO_LARGE'], [`{"a":1,${' '.repeat(70_000)}"b":1}`, '413 REQUEST_TOO_LARGE'], ['{"a":1}', '200 {"ok":1}'],
  ])('%.40s → %s', async (body, answer) => {
    const api = await serve([CHANGE]);
    expect(await change(api, body)).toContain(answer);
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
  });

  test.each(['text/json', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json, text/plain', 'garbage', 'application/jsonx'])('Content-Type: %s', async (type) => {
    expect(await change(await serve([CHANGE]), '{"a":1}', [`Content-Type: ${type}`])).toBe('415 REQUEST_TYPE');
  });

  test('in chunks beyond the limit, however it is declared', async () => {
    const api = await serve([CHANGE, STREAM]);
    const head = (path: string, more: string): string => `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${bearer(api)}\r\nContent-Type: application/json\r\n${more}\r\nConnection: close\r\n\r\n`;
    const chunk = `4000\r\n${' '.repeat(0x4000)}\r\n`;
    expect(summary(await wire(api.port, head('/v1/change', 'Transfer-Encoding: chunked'), chunk.repeat(8)))).toBe('413 REQUEST_TOO_LARGE');
    expect(summary(await wire(api.port, head('/v1/stream', 'Transfer-Encoding: chunked'), chunk.repeat(80)))).toBe('413 REQUEST_TOO_LARGE');
    expect(summary(await wire(api.port, head('/v1/stream', 'Content-Length: 99999999999')))).toBe('413 REQUEST_TOO_LARGE');
    expect(summary(await wire(api.port, head('/v1/change', 'Content-Length: 99999999999')))).toBe('413 REQUEST_TOO_LARGE');
    // two lengths: a request within a request
    expect(summary(await wire(api.port, head('/v1/change', 'Content-Length: 7\r\nTransfer-Encoding: chunked'), '{"a":1}'))).toBe('400 REQUEST_INVALID');
    expect(summary(await wire(api.port, head('/v1/change', 'Content-Length: 7\r\nContent-Length: 8'), '{"a":1}'))).toBe('400 REQUEST_INVALID');
    expect(summary(await wire(api.port, head('/v1/change', 'Content-Length: -1')))).toBe('400 REQUEST_INVALID');
    expect(summary(await wire(api.port, head('/v1/change', 'Transfer-Encoding: chunked'), 'zz\r\n'))).toBe('400 REQUEST_INVALID');
  });

  test('one who may not is refused before the body is read', async () => {
    const api = await serve([CHANGE]);
    expect(summary(await wire(api.port, 'POST /v1/change HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n'))).toBe('401 TOKEN_MISSING');
  });

  test('drop by drop: the head, a small body, a stream', async () => {
    const api = await serve([CHANGE, STREAM], { limits: { bodyTimes: { whole: 300, idle: 300 }, headMs: 300 } });
    const dripping = async (start: string, drop: string): Promise<string> => {
      const socket = connect(api.port, '127.0.0.1');
      let answer = '';
      socket.setEncoding('latin1').on('data', (piece) => (answer += String(piece))).on('error', () => undefined);
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.write(start);
      const timer = setInterval(() => drop && socket.write(drop), 50);
      await closed;
      clearInterval(timer);
      return summary(answer);
    };
    const head = (path: string): string => `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${bearer(api)}\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n`;
    expect(await dripping('GET /v1/health HTTP/1.1\r\n', 'X: y\r\n')).toBe('408 REQUEST_TIMEOUT');
    expect(await dripping('', '')).toMatch(/^408 REQUEST_TIMEOUT|^none/);
    expect(await dripping(head('/v1/change'), ' ')).toBe('408 REQUEST_TIMEOUT');
    expect(await dripping(head('/v1/stream'), '')).toMatch(/^none/);
  });

  test('a stream that the client cuts off fails, and does not end as if it were whole', async () => {
    let ended: unknown = 'nothing';
    const cut = { ...STREAM, handle: async ({ body }: { body: unknown }) => text(body as Readable).then(() => { ended = 'whole'; return { ok: 1 }; }, (error: unknown) => { ended = error; throw error; }) } as Route;
    const api = await serve([cut]);
    const socket = connect(api.port, '127.0.0.1');
    socket.write(`POST /v1/stream HTTP/1.1\r\nHost: localhost\r\n${bearer(api)}\r\nContent-Length: 1000\r\n\r\nhalf`);
    await sleep(100);
    socket.destroy();
    await vi.waitFor(() => expect(ended).toMatchObject({ code: 'REQUEST_INVALID' }));
  });
});

describe('heads', () => {
  test('too long, in header or address; no HTTP at all', async () => {
    const api = await serve([CHANGE]);
    expect(await told(api, 'GET /v1/health', [`X-Long: ${'x'.repeat(20_000)}`])).toBe('431 REQUEST_TOO_LARGE');
    expect(await told(api, `GET /v1/health?${'x'.repeat(20_000)}`)).toBe('431 REQUEST_TOO_LARGE');
    expect(await told(api, `GET /${'x'.repeat(10_000)}`)).toMatch(/^4\d\d [A-Z_]+$/);
    expect(summary(await wire(api.port, '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001'))).toBe('400 REQUEST_INVALID');
    expect(summary(await wire(api.port, 'GET /v1/health HTTP/1.1\r\nHost: localhost\r\nBad Header: x\r\n\r\n'))).toBe('400 REQUEST_INVALID');
    expect(summary(await wire(api.port, 'GET /v1/health HTTP/1.1\r\nHost: localhost\r\nX: a\u0000b\r\n\r\n'))).toBe('400 REQUEST_INVALID');
    expect(await told(api, 'GET /v1/health', Array.from({ length: 300 }, (_, i) => `X-${i}: y`))).toMatch(/^200|^4\d\d/);
  });

  test('another method does not get in by a header, nor one that nobody knows', async () => {
    const api = await serve([CHANGE]);
    expect(await told(api, 'GET /v1/tokens/viewer', [`Authorization: Bearer ${api.token('admin')}`, 'X-HTTP-Method-Override: DELETE', 'X-Method-Override: DELETE'])).toBe('405 METHOD_NOT_ALLOWED');
    expect(api.tokens.list()).toHaveLength(3);
    for (const method of ['TRACE', 'PROPFIND', 'PUT', 'PATCH']) expect(await told(api, `${method} /v1/change`, [bearer(api)])).toMatch(/^40[45] (METHOD_NOT_ALLOWED|ROUTE_NOT_FOUND)|^400/);
    expect(await told(api, 'HEAD /v1/session', [bearer(api)])).toBe('200');
    expect(await told(api, 'HEAD /v1/session')).toMatch(/^401/);
  });

  test('an answer says what a browser may do with it, also where the request was turned away', async () => {
    const api = await serve([CHANGE]);
    for (const path of ['/v1/health', '/v1/none', '/', '/docs', '/v1/%zz', '/openapi.json']) {
      const answer = (await wire(api.port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)).toLowerCase();
      for (const header of ["content-security-policy: default-src 'none'", "frame-ancestors 'none'", 'x-content-type-options: nosniff', 'referrer-policy: no-referrer']) expect([path, answer]).toEqual([path, expect.stringContaining(header)]);
      expect(answer).not.toMatch(/unsafe-inline|unsafe-eval|x-powered-by|\nserver:/);
    }
  });
});

describe('rates, with time held', () => {
  afterEach(() => vi.useRealTimers());

  test('of a token, of an address without, of a heavy route; one does not use up another\'s', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const heavy = { ...CHANGE, path: '/v1/heavy', heavy: true } as Route;
    const api = await serve([CHANGE, heavy], { limits: { perMinute: 5, heavyPerMinute: 2 } });
    const times = async (n: number, send: () => Promise<Response>): Promise<number[]> => {
      const found: number[] = [];
      for (let i = 0; i < n; i++) found.push((await send()).status);
      return found;
    };
    expect(await times(6, () => api.get('/v1/session'))).toEqual([200, 200, 200, 200, 200, 429]);
    expect(await times(6, () => api.get('/v1/health', { scope: false }))).toEqual([200, 200, 200, 200, 200, 429]);
    const refused = await api.get('/nothing', { scope: false });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    expect((await api.get('/v1/session', { scope: 'editor' })).status).toBe(200);
    // a token gets in however much comes without one
    expect((await api.post('/v1/session', { token: api.token('admin') }, { scope: false })).status).toBe(201);
    expect(await times(3, () => api.post('/v1/heavy', { a: 1 }))).toEqual([200, 200, 429]);
    vi.setSystemTime(Date.now() + 60_001);
    expect([(await api.get('/v1/session')).status, (await api.get('/v1/health', { scope: false })).status, (await api.post('/v1/heavy', { a: 1 })).status]).toEqual([200, 200, 200]);
  });
});

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openTokens } from '../../src/api/tokens.ts';
import { createSessions } from '../../src/api/sessions.ts';
import { createLogger } from '../../src/health/log.ts';
import { selfSigned } from '../network/certificate.ts';
import { bearer, sessionOf, told } from './byHand.ts';
import { serve } from './serve.ts';
import { wire } from './wire.ts';

const quiet = createLogger({ level: 'silent' });

function overTls(port: number, ca: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca }, () => socket.write(text));
    socket.setEncoding('utf8').on('data', (piece: string) => (answer += piece));
    socket.once('error', reject).once('close', () => resolve(answer));
  });
}

describe('tokens', () => {
  test.each(['token=x', 'access_token=x', 'a=1&api_key=x', 'ToKeN=', 'authorization=Bearer', `q=lookout_${'a'.repeat(43)}`, '%74oken=x'])('none in an address: ?%s', async (query) => {
    const api = await serve([]);
    expect(await told(api, `GET /v1/session?${query}`, [bearer(api)])).toBe('400 TOKEN_IN_URL');
    expect(await told(api, `GET /?${query}`)).toBe('400 TOKEN_IN_URL');
  });

  test.each([
    ['Basic dXNlcjpwYXNz', '401 TOKEN_MISSING'], ['Bearer', '401 TOKEN_WRONG'], ['Bearer ', '401 TOKEN_WRONG'], ['Bearer x', '401 TOKEN_WRONG'], ['Bearer a b', '401 TOKEN_WRONG'], [`Bearer ${'x'.repeat(5000)}`, '401 TOKEN_WRONG'], ['bearer undefined', '401 TOKEN_WRONG'], ['Bearer __proto__', '401 TOKEN_WRONG'],
  ])('Authorization: %.20s → %s', async (value, answer) => {
    expect(await told(await serve([], { log: quiet }), 'GET /v1/session', [`Authorization: ${value}`])).toBe(answer);
  });

  test('part of a token, one in another case, one with more behind it are wrong; the right one counts in any spelling of Bearer', async () => {
    const api = await serve([], { log: quiet });
    const right = api.token('viewer');
    for (const wrong of [right.slice(0, -1), `${right}x`, right.toUpperCase()]) expect(await told(api, 'GET /v1/session', [`Authorization: Bearer ${wrong}`])).toBe('401 TOKEN_WRONG');
    expect(await told(api, 'GET /v1/session', [`authorization: BEARER  ${right}`])).toContain('200');
    expect(await told(api, 'GET /v1/session', [bearer(api), bearer(api)])).toBe('400 REQUEST_INVALID');
  });

  test('who tries many is slowed down and then refused; a right token from there still counts, also to open a session', async () => {
    const log = createLogger({ level: 'silent' });
    const warned = vi.spyOn(log, 'warn');
    const api = await serve([], { log });
    const tries = await Promise.all(Array.from({ length: 30 }, () => told(api, 'GET /v1/session', ['Authorization: Bearer lookout_x'])));
    expect(new Set(tries)).toEqual(new Set(['401 TOKEN_WRONG', '429 TOO_MANY_REQUESTS']));
    expect(tries.filter((answer) => answer.startsWith('401'))).toHaveLength(20);
    const refused = await api.post('/v1/session', { token: 'lookout_x' }, { scope: false });
    expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([429, expect.closeTo(59, -1)]);
    expect(await told(api, 'GET /v1/session', [bearer(api)])).toContain('200');
    expect((await api.post('/v1/session', { token: api.token('viewer') }, { scope: false })).status).toBe(201);
    expect(JSON.stringify(warned.mock.calls)).not.toContain('lookout_x');
  });

  test('the file holds hashes, is its owner\'s alone, and is read again when it changes', async () => {
    const api = await serve([]);
    expect(statSync(api.tokenFile).mode & 0o777).toBe(0o600);
    const cookie = await sessionOf(api);
    const made = (await (await api.post('/v1/tokens', { name: 'kitchen', scope: 'editor' })).json()) as { token: string };
    expect(await told(api, 'GET /v1/session', [`Authorization: Bearer ${made.token}`])).toContain('200');
    expect(await told(api, 'GET /v1/session', [cookie])).toContain('200');
    // as the command line does, in another process
    const beside = openTokens(api.tokenFile);
    beside.remove('kitchen');
    beside.remove('viewer');
    beside.add('viewer', 'admin');
    expect(await told(api, 'GET /v1/session', [`Authorization: Bearer ${made.token}`])).toBe('401 TOKEN_WRONG');
    // the session was opened by a token that is gone, whoever has its name now
    expect(await told(api, 'GET /v1/session', [cookie])).toBe('401 TOKEN_MISSING');
    expect((await api.delete('/v1/tokens/nobody')).status).toBe(404);
    expect((await api.post('/v1/tokens', { name: 'viewer' })).status).toBe(409);
  });

  test('a file that is damaged: the last good tokens hold, and it is said once', async () => {
    const log = createLogger({ level: 'silent' });
    const logged = vi.spyOn(log, 'error');
    const api = await serve([]);
    const book = openTokens(api.tokenFile, log);
    expect(book.check(api.token('admin'))?.name).toBe('admin');
    writeFileSync(api.tokenFile, '{"tokens": [');
    expect([book.check(api.token('admin'))?.name, book.check('lookout_x')]).toEqual(['admin', undefined]);
    expect(logged).toHaveBeenCalledTimes(1);
    expect(() => openTokens(api.tokenFile).list()).toThrow('TOKENS_INVALID');
    expect(() => book.add('new', 'viewer')).toThrow('TOKENS_INVALID');
  });
});

describe('sessions', () => {
  test('a cookie that scripts and other sites cannot use; of its own making; ended by DELETE', async () => {
    const api = await serve([]);
    const chosen = `lookout_session_${api.port}=chosen-by-somebody-else`;
    const answer = await api.post('/v1/session', { token: api.token('editor') }, { scope: false, headers: { cookie: chosen } });
    const set = answer.headers.get('set-cookie') ?? '';
    expect(set).toMatch(/^lookout_session_\d+=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/);
    expect(await answer.json()).toEqual({ name: 'editor', scope: 'editor', version: '0.0.0' });
    expect(await told(api, 'GET /v1/session', [`Cookie: ${chosen}`])).toBe('401 TOKEN_MISSING');
    const cookie = `Cookie: ${set.split(';')[0]}`;
    expect(await told(api, 'GET /v1/tokens', [cookie])).toBe('403 TOKEN_SCOPE');
    expect(await told(api, 'DELETE /v1/session', [cookie, 'Origin: http://127.0.0.1'])).toMatch(/^204/);
    expect(await told(api, 'GET /v1/session', [cookie])).toBe('401 TOKEN_MISSING');
  });

  test('over TLS the cookie is bound to it, and only TLS is spoken', async () => {
    const { key, cert } = selfSigned('DNS:localhost,IP:127.0.0.1');
    const folder = mkdtempSync(join(tmpdir(), 'lookout-tls-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const files = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') };
    writeFileSync(files.key, key);
    writeFileSync(files.cert, cert);
    const api = await serve([], { certificate: files });
    expect(api.url).toMatch(/^https:/);
    const body = JSON.stringify({ token: api.token('viewer') });
    const answer = await overTls(api.port, cert, `POST /v1/session HTTP/1.1\r\nHost: localhost\r\nOrigin: https://localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
    expect(answer).toMatch(/^HTTP\/1.1 201 [^]*set-cookie: __Host-lookout_session_\d+=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure\r\n/i);
    await expect(serve([], { certificate: { key: files.cert, cert: files.key } })).rejects.toThrow('API_CERTIFICATE');
    await expect(serve([], { certificate: { key: files.key, cert: join(folder, 'none') } })).rejects.toThrow('API_CERTIFICATE');
    expect(await wire(api.port, 'GET /v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')).not.toContain('200 OK');
  });
});

test('sessions expire, are bounded in number, and the one used longest ago goes first', () => {
  let now = 1e12;
  const holder = { name: 'me', scope: 'viewer', created: '', key: 'k' } as const;
  const book = { check: () => undefined, holder: () => holder, add: () => '', remove: () => undefined, list: () => [] };
  const sessions = createSessions(book, () => now);
  const day = 86_400_000;
  const first = sessions.open('k');
  const used = sessions.open('k');
  now += 6 * day;
  expect(sessions.holder(used)).toBe(holder);
  now += 2 * day;
  expect([sessions.holder(first), sessions.holder(used)]).toEqual([undefined, holder]);
  for (let week = 0; week < 4; week++) {
    now += 6 * day;
    sessions.holder(used);
  }
  expect(sessions.holder(used)).toBeUndefined();
  const [oldest, kept] = [sessions.open('k'), sessions.open('k')];
  for (let i = 0; i < 998; i++) sessions.open(`k${i}`);
  sessions.holder(oldest);
  sessions.open('k');
  expect([sessions.holder(oldest), sessions.holder(kept)]).toEqual([holder, undefined]);
  // one token's do not push out those of others
  const others = sessions.open('other');
  const own = sessions.open('k');
  for (let i = 0; i < 1000; i++) sessions.open('k');
  expect([sessions.lasts(others), sessions.lasts(own)]).toEqual([true, false]);
});

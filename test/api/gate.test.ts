import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { bearer, CHANGE, sessionOf, summary, told } from './byHand.ts';
import { serve } from './serve.ts';
import { wire } from './wire.ts';

const quiet = createLogger({ level: 'silent' });

describe('foreign names (DNS rebinding)', () => {
  test.each([
    ['localhost', '200'], ['LOCALHOST:9999', '200'], ['127.0.0.1:8750', '200'], ['[::1]:1', '200'], ['localhost.', '200'], ['house.example', '200'], ['house.example:443', '200'],
    ['evil.example', '403 HOST_REFUSED'], ['127.0.0.1.evil.example', '403 HOST_REFUSED'], ['localhost.evil.example', '403 HOST_REFUSED'], ['evil.example:8750', '403 HOST_REFUSED'], ['192.168.1.5', '403 HOST_REFUSED'],
    ['', '403 HOST_REFUSED'], ['localhost@evil.example', '403 HOST_REFUSED'], ['localhost:80:80', '403 HOST_REFUSED'], ['127.1', '403 HOST_REFUSED'], ['2130706433', '403 HOST_REFUSED'], ['[::ffff:127.0.0.1]', '403 HOST_REFUSED'], ['localhost/x', '403 HOST_REFUSED'],
  ])('Host: %s → %s', async (host, answer) => {
    const api = await serve([], { hosts: ['house.example'] });
    expect(await told(api, 'GET /v1/health', [`Host: ${host}`])).toContain(answer);
  });

  test('no Host at all, and two of them', async () => {
    const api = await serve([]);
    expect(summary(await wire(api.port, 'GET /v1/health HTTP/1.1\r\nConnection: close\r\n\r\n'))).toBe('403 HOST_REFUSED');
    expect(await told(api, 'GET /v1/health', ['Host: localhost', 'Host: evil.example'])).toBe('400 REQUEST_INVALID');
    // an absolute address in the request line names another host than the header does
    expect(await told(api, 'GET http://evil.example/v1/health', ['Host: localhost'])).toBe('400 REQUEST_INVALID');
  });

  test('where everything is listened on, addresses of this machine are its own', async () => {
    const api = await serve([], { host: '0.0.0.0', log: quiet });
    const own = Object.values(networkInterfaces()).flat().find((one) => one && !one.internal && one.family === 'IPv4')?.address;
    if (own) expect(await told(api, 'GET /v1/health', [`Host: ${own}:1`])).toContain('200');
    expect(await told(api, 'GET /v1/health', ['Host: 203.0.113.9'])).toBe('403 HOST_REFUSED');
  });
});

describe('pages of other sites', () => {
  const body = '{"a":1}';
  const json = ['Content-Type: application/json', `Content-Length: ${body.length}`];

  test.each([
    [['Origin: http://evil.example'], '403 ORIGIN_REFUSED'], [['Origin: null'], '403 ORIGIN_REFUSED'], [['Origin: https://127.0.0.1'], '403 ORIGIN_REFUSED'], [['Origin: http://127.0.0.1:1'], '403 ORIGIN_REFUSED'],
    [['Origin: http://127.0.0.1.evil.example'], '403 ORIGIN_REFUSED'], [['Origin: http://127.0.0.1', 'Origin: http://evil.example'], '400 REQUEST_INVALID'], [['Sec-Fetch-Site: cross-site'], '403 ORIGIN_REFUSED'], [['Sec-Fetch-Site: same-site'], '403 ORIGIN_REFUSED'],
    [['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'], '403 ORIGIN_REFUSED'], [['Sec-Fetch-Site: same-site', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image'], '403 ORIGIN_REFUSED'],
    [['Origin: http://127.0.0.1', 'Sec-Fetch-Site: same-origin'], '200 {"ok":1}'], [['Origin: https://house.example', 'Sec-Fetch-Site: cross-site'], '200 {"ok":1}'], [[], '200 {"ok":1}'],
  ])('%s with a token → %s', async (headers, answer) => {
    const api = await serve([CHANGE], { origins: ['https://house.example'] });
    expect(await told(api, 'POST /v1/change', [...headers, bearer(api), ...json], body)).toBe(answer);
    const visit = headers.includes('Sec-Fetch-Mode: navigate');
    expect(await told(api, 'GET /v1/health', headers)).toBe(answer.startsWith('200') ? '200 {"status":"ok"}' : answer);
    expect(await told(api, 'GET /docs', headers)).toMatch(answer.startsWith('200') || visit ? /^200 <!doctype/ : new RegExp(`^${answer}$`));
  });

  test('by session: a change needs a sign that the page itself makes it', async () => {
    const api = await serve([CHANGE], { origins: ['https://house.example'] });
    const cookie = await sessionOf(api);
    expect(await told(api, 'GET /v1/session', [cookie])).toContain('200');
    expect(await told(api, 'POST /v1/change', [cookie, ...json], body)).toBe('403 ORIGIN_REFUSED');
    expect(await told(api, 'POST /v1/change', [cookie, 'Origin: http://evil.example', ...json], body)).toBe('403 ORIGIN_REFUSED');
    expect(await told(api, 'POST /v1/change', [cookie, 'Origin: http://127.0.0.1', ...json], body)).toBe('200 {"ok":1}');
    expect(await told(api, 'POST /v1/change', [cookie, 'Sec-Fetch-Site: same-origin', ...json], body)).toBe('200 {"ok":1}');
    // what a form can send is not read, whoever sends it
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expect(await told(api, 'POST /v1/change', [cookie, 'Origin: http://127.0.0.1', `Content-Type: ${type}`, `Content-Length: ${body.length}`], body)).toBe('415 REQUEST_TYPE');
    }
    expect(await told(api, 'POST /v1/change', [cookie, 'Origin: http://127.0.0.1', `Content-Length: ${body.length}`], body)).toBe('415 REQUEST_TYPE');
  });

  test('behind a proxy with TLS the page is at home under the name given for it', async () => {
    const api = await serve([CHANGE], { hosts: ['lookout.example'] });
    const post = (host: string, origin: string): Promise<string> => told(api, 'POST /v1/change', [bearer(api), `Host: ${host}`, `Origin: ${origin}`, ...json], body);
    expect(await post('lookout.example', 'https://lookout.example')).toBe('200 {"ok":1}');
    expect(await post('lookout.example:8443', 'https://lookout.example:8443')).toBe('200 {"ok":1}');
    expect(await post('lookout.example', 'https://lookout.example:8443')).toBe('403 ORIGIN_REFUSED');
    expect(await post('localhost', 'https://localhost')).toBe('403 ORIGIN_REFUSED');
    expect(await post('localhost', 'https://lookout.example')).toBe('403 ORIGIN_REFUSED');
  });

  test('CORS is for listed origins, without cookies', async () => {
    const api = await serve([CHANGE], { origins: ['https://house.example'] });
    const ask = ['Access-Control-Request-Method: POST', 'Access-Control-Request-Headers: authorization'];
    const raw = (headers: readonly string[], first = 'OPTIONS /v1/change'): Promise<string> => wire(api.port, [`${first} HTTP/1.1`, 'Host: localhost', ...headers, 'Connection: close', '', ''].join('\r\n'));
    const answer = await raw(['Origin: https://house.example', ...ask]);
    expect(answer).toMatch(/^HTTP\/1.1 204 /);
    expect(answer.toLowerCase()).toContain('access-control-allow-origin: https://house.example');
    expect(answer.toLowerCase()).not.toContain('access-control-allow-credentials');
    expect(summary(await raw(['Origin: https://evil.example', ...ask]))).toBe('403 ORIGIN_REFUSED');
    expect(await raw([])).toMatch(/^HTTP\/1.1 204 [^]*allow: POST, OPTIONS/i);
    expect(summary(await raw([], 'OPTIONS /v1/none'))).toBe('404 ROUTE_NOT_FOUND');
    expect((await raw(['Origin: http://localhost'], 'GET /v1/health')).toLowerCase()).not.toContain('access-control');
  });
});

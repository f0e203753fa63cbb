import { Agent, request } from 'node:http';
import type { OpenApi } from '../../src/api/openapi.ts';
import type { Route as Whole, Scope } from '../../src/api/route.ts';

/** What these checks need to know of a route. */
export type Route = Pick<Whole, 'method' | 'path' | 'scope'>;

/** Where the routes are served, and tokens for it. */
export interface Where {
  readonly port: number;
  readonly routes: readonly Route[];
  token(scope: Scope): string;
}

export interface Answered {
  readonly status: number;
  readonly code: string;
  readonly body: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** The most of an answer that is read: streams of live pictures have no end. */
const MOST = 5_000_000;

/** A request with its path as it stands: fetch would tidy it up. */
export function ask(port: number, method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent }, (answer) => {
      let text = '';
      const done = (): void => resolve({ status: answer.statusCode ?? 0, code: /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? '', body: text });
      answer.setEncoding('latin1').on('data', (piece: string) => {
        text += piece;
        if (text.length > MOST || /^text\/event-stream|^video/.test(answer.headers['content-type'] ?? '')) answer.destroy();
      });
      answer.once('end', done).once('close', done).once('error', done);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

const RANK: Record<Scope, number> = { viewer: 0, editor: 1, admin: 2 };
const SCOPES: readonly Scope[] = ['viewer', 'editor', 'admin'];

/** A path of the route, with something in place of its parameters. */
function filled(route: Route, value = 'nobody'): string {
  return route.path.replace(/:\w+/g, value);
}

/**
 * Every route × no token, a wrong one, each scope. @returns what is not as it should be, in words; nothing where all is well.
 * What a right token is answered has to be anything but a refusal of the token or a fault (500).
 */
export async function everyRoute(where: Where): Promise<string[]> {
  const bad: string[] = [];
  const expect = async (route: Route, what: string, headers: Record<string, string>, fine: (answer: Answered) => boolean): Promise<void> => {
    // no body: a route that wants one refuses it, and nothing is changed
    const answer = await ask(where.port, route.method, filled(route), headers);
    if (!fine(answer)) bad.push(`${route.method} ${route.path}, ${what}: ${answer.status} ${answer.body.slice(0, 200)}`);
  };
  const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
  const wrong = `lookout_${'A'.repeat(43)}`;
  const checks = where.routes.flatMap((route) => {
    if (route.scope === 'public') return [expect(route, 'no token', {}, ({ status }) => status !== 401 && status !== 403 && status < 500)];
    const least = RANK[route.scope];
    return [
      expect(route, 'no token', {}, (a) => a.status === 401 && a.code === 'TOKEN_MISSING'),
      // so many of them at once are slowed down, and then not answered any more
      expect(route, 'a wrong token', bearer(wrong), (a) => (a.status === 401 && a.code === 'TOKEN_WRONG') || (a.status === 429 && a.code === 'TOO_MANY_REQUESTS')),
      ...SCOPES.map((scope) =>
        RANK[scope] < least
          ? expect(route, `a token of ${scope}`, bearer(where.token(scope)), (a) => a.status === 403 && a.code === 'TOKEN_SCOPE')
          : expect(route, `a token of ${scope}`, bearer(where.token(scope)), (a) => a.status !== 401 && a.code !== 'TOKEN_SCOPE' && a.status !== 500),
      ),
    ];
  });
  await Promise.all(checks);
  return bad;
}

/** How people have asked for files that were none of theirs: 100 forms and more. */
export function traversals(target = 'etc/passwd'): string[] {
  const dots = ['..', '%2e%2e', '%2E.', '.%2e', '%252e%252e', '%25252e%25252e', '%c0%ae%c0%ae', '%e0%80%ae%e0%80%ae', '%uff0e%uff0e', '%ef%bc%8e%ef%bc%8e', '..;', '....', '..%00', '%2e%2e%20', '..%0d%0a', '%f0%80%80%ae.'];
  const slashes = ['/', '%2f', '%5c', '%252f', '%255c', '%c0%af', '%e2%88%95'];
  const climbs = dots.flatMap((dot) => slashes.map((slash) => `${Array.from({ length: 8 }, () => dot).join(slash)}${slash}${target}`));
  return [
    ...climbs,
    `//${target}`, `%2f${target}`, `%2f%2f${target}`, `/%5c${target}`, `file:///${target}`, `file:%2f%2f%2f${target}`, `c:%5c${target}`, `c:/${target}`, `C%3a%5cwindows%5cwin.ini`, `%5c%5chost%5cshare%5c${target}`,
    `${target}%00.html`, `%00/${target}`, `index.html%00../../${target}`, `....//....//....//${target}`, `..././..././${target}`, `.%5c..%5c..%5c${target}`, `assets/../../../../${target}`, `assets/..%2f..%2f..%2f${target}`,
    `./././../../../${target}`, `%2e/%2e%2e/%2e%2e/${target}`, `~/${target}`, `%7e/${target}`, `.git/config`, `%2egit/config`, `.env`, `..%3f/${target}`, `..%23/${target}`, `?/../../${target}`, `proc/self/environ`, `%2fproc%2fself%2fenviron`,
    `nul`, `con`, `aux%2e`, `a:$data`, `a::$INDEX_ALLOCATION`, `%`, `%2`, `%zz`, `%ff%fe`, `%ed%a0%80`, `constructor`, `__proto__`, `toString`, `hasOwnProperty`, 'x'.repeat(300), `${'../'.repeat(200)}${target}`,
  ];
}

/**
 * Every form against the page's files and every parameter in a path. @param secrets what no answer may hold
 * @returns what is not as it should be, in words
 */
export async function everyTraversal(where: Where, secrets: readonly string[]): Promise<string[]> {
  const bad: string[] = [];
  const paths = where.routes.filter((route) => route.path.includes(':')).map((route) => ({ method: route.method, path: route.path.replace(/:\w+/, '<here>').replace(/:\w+/g, 'x') }));
  const places = [{ method: 'GET', path: '/<here>' }, { method: 'GET', path: '/assets/<here>' }, { method: 'HEAD', path: '/<here>' }, ...paths];
  await Promise.all(places.flatMap(({ method, path }) => traversals().map(async (form) => {
    const answer = await ask(where.port, method, path.replace('<here>', () => form), { authorization: `Bearer ${where.token('admin')}` });
    const leaks = secrets.some((secret) => answer.body.includes(secret));
    // the page, where a form is tidy enough to be one of its parts, or a refusal that has a code
    const fine = answer.status < 500 && (answer.status < 400 || method === 'HEAD' || answer.code !== '');
    if (leaks || !fine) bad.push(`${method} ${path} ${form}: ${answer.status} ${answer.body.slice(0, 200)}`);
  })));
  return bad;
}

/** The routes as the document of a running server names them. */
export function routesOf(api: OpenApi): Route[] {
  return Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase() as Route['method'], path: path.replace(/\{(\w+)\}/g, ':$1'), scope: operation['x-scope'] as Route['scope'] })),
  );
}

const VALUES = [
  '', ' ', '-1', '0', '1e309', 'NaN', '99999999999999999999', "' OR 1=1 --", '%', '\u0000', '../../etc/passwd', '<script>', '\u{1f4a5}'.repeat(50), 'x'.repeat(4000), '昨天下午3点', '275760-09-13T00:00:00.001Z', '-271821-04-20', '24:00', '2026-02-30', 'true', '[]', '{"$gt":""}',
];

const BODIES = [
  '{}', '[]', 'null', '"x"', '1', '[[[[]]]]', '{"id":"../x"}', '{"id":"x","url":"file:///etc/passwd"}', '{"id":1}', '{"name":"../../x","scope":"root"}', '{"a":{"b":{"c":{}}}}', `{"text":"${'x'.repeat(50_000)}"}`,
  '{"alert":"<b>","threshold":"x"}', '{"threshold":1e400}', '{"prompt":"","media_url":"file:///etc/passwd"}', '{"prompt":"x","media_url":"http://169.254.169.254/latest"}', '{"verdict":"maybe"}', '{"path":["__proto__","x"],"value":1}', '{"messages":[]}', '{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"file:///etc/passwd"}}]}]}',
];

/** Values that make no sense in every key of every query, and bodies that make none in every body. @returns what ended in a fault, in words */
export async function everyJunk(where: Where, api: OpenApi): Promise<string[]> {
  const bad: string[] = [];
  const headers = { authorization: `Bearer ${where.token('admin')}` };
  const check = async (method: string, path: string, body?: string): Promise<void> => {
    const answer = await ask(where.port, method, path, body === undefined ? headers : { ...headers, 'content-type': 'application/json' }, body);
    if (answer.status === 500 || answer.body.includes('root:x:0:0') || (answer.status >= 400 && answer.code === '')) bad.push(`${method} ${path.slice(0, 150)} ${body?.slice(0, 80) ?? ''}: ${answer.status} ${answer.body.slice(0, 200)}`);
  };
  const operations = Object.entries(api.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path: path.replace(/\{\w+\}/g, 'nobody'), method: method.toUpperCase(), operation })));
  for (const { path, method, operation } of operations) {
    const queries = (operation.parameters ?? []).filter((one) => one.in === 'query').flatMap(({ name }) => [...VALUES.map((value) => `${name}=${encodeURIComponent(value)}`), `${name}=1&${name}=2`, `${name}[]=1`, `${name}%00=1`, `__proto__[${name}]=1`]);
    const bodies = operation.requestBody?.content['application/json'] ? BODIES : [];
    await Promise.all([...queries.map((query) => check(method, `${path}?${query}`)), ...bodies.map((body) => check(method, path, body))]);
  }
  return bad;
}

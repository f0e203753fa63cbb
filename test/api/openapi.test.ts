import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { docsPage } from '../../src/api/docs.ts';
import { exampleOf } from '../../src/api/docsExample.ts';
import { openApiOf, type OpenApi, type Operation } from '../../src/api/openapi.ts';
import { problemSchema } from '../../src/api/problem.ts';
import { route, type Route } from '../../src/api/route.ts';
import { routeTable } from './routeTable.ts';
import { serve } from './serve.ts';

interface Placed {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

function operationsOf(api: OpenApi): Placed[] {
  return Object.entries(api.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
}

function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' && typeof inner === 'string' ? [inner] : refsIn(inner)));
}

function found(api: OpenApi, ref: string): unknown {
  return ref.slice(2).split('/').reduce<unknown>((inner, part) => (inner !== null && typeof inner === 'object' ? Reflect.get(inner, part.replaceAll('~1', '/')) : undefined), api);
}

describe('the whole table as OpenAPI 3.1', () => {
  let api: OpenApi;
  let routes: readonly Route[];

  beforeAll(async () => {
    const served = await serve(await routeTable());
    routes = served.routes;
    api = (await (await served.get('/openapi.json', { scope: false })).json()) as OpenApi;
    await served.stop();
  });

  test('says every route, once, under a name of its own, with its parameters, its security and its problems', () => {
    expect(api.openapi).toMatch(/^3\.1\.\d+$/);
    const operations = operationsOf(api);
    expect(operations.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(routes.map((one) => `${one.method.toLowerCase()} ${one.path.replace(/:(\w+)/g, '{$1}')}`).sort());
    const names = operations.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z0-9]+$/);
    for (const { path, operation } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      expect((operation.parameters ?? []).filter((one) => one.in === 'path').map((one) => [one.name, one.required])).toEqual(inPath.map((name) => [name, true]));
      expect(new Set((operation.parameters ?? []).map((one) => `${one.in} ${one.name}`)).size).toBe(operation.parameters?.length ?? 0);
      expect(operation.security).toEqual(operation['x-scope'] === 'public' ? [] : [{ token: [] }, { session: [] }]);
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '403', '500', 'default', ...(operation['x-scope'] === 'public' ? [] : ['401'])]));
      expect(Object.keys(operation.responses).some((status) => /^20[0-4]$/.test(status))).toBe(true);
      expect(api.tags.map((tag) => tag.name)).toEqual(expect.arrayContaining([...operation.tags]));
      expect(operation.summary, operation.operationId).toMatch(/^.{4,}[^.]$/);
    }
  });

  test('every reference leads somewhere, and every schema is one of JSON Schema 2020-12', () => {
    for (const ref of new Set(refsIn(api))) expect([ref, found(api, ref)]).toEqual([ref, expect.anything()]);
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'https://lookout/openapi', ...api });
    const inMedia = operationsOf(api).flatMap(({ operation }) => [
      ...(operation.parameters ?? []).map((one) => one.schema),
      ...[operation.requestBody, ...Object.values(operation.responses)].flatMap((part) => (part && 'content' in part ? Object.values(part.content ?? {}) : [])).flatMap((media) => media.schema ?? []),
    ]);
    const all = [...Object.values(api.components.schemas), ...inMedia];
    expect(all.length).toBeGreaterThan(50);
    for (const schema of all) {
      expect(ajv.validateSchema(schema), JSON.stringify(ajv.errors)).toBe(true);
      const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#', '"$ref":"https://lookout/openapi#')) as object;
      expect(() => ajv.compile(absolute)).not.toThrow();
    }
  });

  test('its security schemes, and its problems as the server sends them', async () => {
    expect(api.components.securitySchemes).toMatchObject({ token: { type: 'http', scheme: 'bearer' }, session: { type: 'apiKey', in: 'cookie', name: expect.stringMatching(/^lookout_session_\d+$/) } });
    const served = await serve([]);
    const problem = (await (await served.get('/v1/none')).json()) as unknown;
    expect(problemSchema.parse(problem).error.code).toBe('ROUTE_NOT_FOUND');
    const validate = new Ajv2020({ strict: false }).compile(api.components.schemas.Problem ?? {});
    expect(validate(problem)).toBe(true);
  });

  test('the page to read names every operation, holds no script and nothing inline, and closes what it opens', () => {
    const page = docsPage(api);
    for (const { operation } of operationsOf(api)) expect(page).toContain(`<article id="${operation.operationId}">`);
    expect(page).not.toMatch(/<script|<style|\sstyle=|\son\w+=|javascript:|https?:\/\/(?!127|localhost|192\.168)/i);
    const open: string[] = [];
    for (const [, end, name = '', rest] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)([^>]*)>/g)) {
      if (['meta', 'link', 'br'].includes(name)) continue;
      if (end) expect(open.pop()).toBe(name);
      else if (!rest?.endsWith('/')) open.push(name);
    }
    expect(open).toEqual([]);
    for (const anchor of page.matchAll(/href="#([^"]+)"/g)) expect(page).toContain(`id="${anchor[1]}"`);
  });

  test('the bodies of its examples are ones that the routes take', () => {
    const refused = routes.filter((one) => one.body !== undefined && one.body !== 'stream').flatMap((one) => {
      const operation = api.paths[one.path.replace(/:(\w+)/g, '{$1}')]?.[one.method.toLowerCase()];
      const { schema, example } = operation?.requestBody?.content['application/json'] ?? {};
      const shown = example ?? exampleOf(schema ?? {}, api.components.schemas);
      const result = one.body === 'stream' ? undefined : one.body?.safeParse(shown);
      return result?.success ? [] : [`${one.method} ${one.path}: ${result?.error?.issues[0]?.message ?? 'no schema'} ${JSON.stringify(shown)}`];
    });
    expect(refused).toEqual([]);
  });
});

test('text of schemas stays text on the page', () => {
  const nasty = route({
    method: 'POST', path: '/v1/x', scope: 'viewer', tag: '<img src=x>', summary: '"><script>alert(1)</script>', description: '`<b>` & more', response: { json: z.object({ a: z.string().describe('</td><script>') }) },
    query: z.object({ q: z.enum(['<i>']).default('<i>') }), handle: () => ({ a: '' }),
  });
  const page = docsPage(openApiOf([nasty], '1', 'cookie'));
  expect(page).not.toMatch(/<script|<img|<i>|<b>\W/);
});

test('what refers to itself, and choices between shapes, are told by references that hold', () => {
  interface Tree {
    readonly name: string;
    readonly below: readonly Tree[];
  }
  const tree: z.ZodType<Tree> = z.lazy(() => z.object({ name: z.string(), below: z.array(tree) }));
  const either = z.union([z.object({ rule: z.string() }), z.object({ event: z.string() })]);
  const api = openApiOf([route({ method: 'GET', path: '/v1/tree', scope: 'viewer', tag: 'Trees', summary: 'A tree', query: either, response: { json: z.object({ tree }), told: true, empty: true }, handle: () => undefined })], '1', 'cookie');
  for (const ref of refsIn(api)) expect([ref, found(api, ref)]).toEqual([ref, expect.anything()]);
  const operation = api.paths['/v1/tree']?.get;
  expect(operation?.parameters?.map(({ name, required }) => [name, required])).toEqual([['rule', false], ['event', false]]);
  expect(Object.keys(operation?.responses ?? {})).toEqual(expect.arrayContaining(['200', '204']));
  expect(docsPage(api)).toContain('text/event-stream');
});

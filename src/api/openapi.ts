import { bodySchema, jsonSchemas, type JsonSchema } from './openapiSchema.ts';
import { codesOf, problemSchema } from './problem.ts';
import type { Route } from './route.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

export interface Media {
  readonly schema?: JsonSchema;
  readonly example?: unknown;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly Record<string, readonly string[]>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Record<string, Media> };
  readonly responses: Record<string, { readonly $ref: string } | { readonly description: string; readonly content?: Record<string, Media> }>;
  /** least that a token has to allow */
  readonly 'x-scope': string;
}

export interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly summary: string; readonly license: { readonly name: string; readonly identifier: string } };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, JsonSchema>; readonly responses: Record<string, object>; readonly securitySchemes: Record<string, object> };
}

const WORDS: Record<number, string> = {
  400: 'The request is wrong', 401: 'No token, or one that is not known', 403: 'The token does not allow this, or a foreign page asks', 404: 'It is not there',
  409: 'It is there already', 412: 'Somebody else changed it in between', 413: 'The body is too large', 415: 'The body is of another kind', 422: 'What it says cannot be done',
  429: 'Too many at once or in a minute', 500: "A fault of Lookout's own", 502: 'A camera or another machine does not answer', 503: 'Not now', 507: 'The disk is full',
};

/** The table of routes as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1.html), whose schemas are JSON Schema 2020-12 as they are. */
export function openApiOf(routes: readonly Route[], version: string, cookie: string): OpenApi {
  const schemas = jsonSchemas();
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, schemas.of) };
  }
  const problem = schemas.of(problemSchema, 'output', 'Problem', true);
  return {
    openapi: '3.1.1',
    info: { title: 'Lookout', version, summary: 'What happens before the cameras: live, in the log, and in the recordings.', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    tags: tagsOf(routes),
    paths,
    components: {
      schemas: { ...schemas.shared, Problem: problem },
      responses: Object.fromEntries(Object.keys(WORDS).map((status) => [`Problem${status}`, problemResponse(Number(status))])),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'made by `lookout token add`' },
        session: { type: 'apiKey', in: 'cookie', name: cookie, description: 'of the page; POST /v1/session gives it for a token' },
      },
    },
  };
}

/** Chapters in the order in which people come to them; those of the server itself last. */
const FIRST = ['Ask', 'Chat', 'Cameras', 'Recordings', 'Rules', 'Events', 'Alerts', 'Explain'];
const LAST = ['Status', 'Config', 'Tokens', 'Session', 'Service'];

function tagsOf(routes: readonly Route[]): Array<{ name: string }> {
  const names = [...new Set(routes.map((route) => capital(route.tag)))];
  const rank = (name: string): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length + 1 + LAST.indexOf(name));
  return names.sort((a, b) => rank(a) - rank(b)).map((name) => ({ name }));
}

function problemResponse(status: number): object {
  const codes = codesOf(status);
  return {
    description: `${WORDS[status] ?? 'It failed'}${codes.length > 0 ? `: ${codes.join(', ')}` : ''}`,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

type SchemaOf = ReturnType<typeof jsonSchemas>['of'];

function operationOf(route: Route, schemaOf: SchemaOf): Operation {
  const operationId = idOf(route);
  const parameters = [...parametersOf(route, 'path', schemaOf), ...parametersOf(route, 'query', schemaOf)];
  return {
    operationId,
    tags: [capital(route.tag)],
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    security: route.scope === 'public' ? [] : [{ token: [] }, { session: [] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body === undefined ? {} : { requestBody: bodySchema(route.body, operationId, schemaOf) }),
    responses: responsesOf(route, operationId, schemaOf),
    'x-scope': route.scope,
  };
}

/** `GET /v1/cameras/:camera/clip` → `getCamerasByCameraClip` */
function idOf({ method, path }: Route): string {
  const parts = path.replace(/^\/v1/, '').split(/[/._-]/).filter(Boolean);
  return method.toLowerCase() + parts.map((part) => (part.startsWith(':') ? `By${capital(part.slice(1))}` : capital(part))).join('');
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function parametersOf(route: Route, where: 'path' | 'query', schemaOf: SchemaOf): Parameter[] {
  const schema = where === 'path' ? route.params : route.query;
  const described = schema === undefined ? {} : schemaOf(schema, 'input', `${idOf(route)}${capital(where)}`, true);
  // a choice of shapes: what one of them takes may be left out in another
  const shapes = described.properties ? [described] : [...(described.anyOf ?? described.oneOf ?? [])];
  const named = new Map(shapes.flatMap((shape) => Object.entries(shape.properties ?? {})));
  const names = where === 'path' ? [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '') : [...named.keys()];
  return names.map((name) => {
    const { description, ...rest } = named.get(name) ?? { type: 'string' };
    const required = where === 'path' || shapes.every((shape) => shape.required?.includes(name));
    return { name, in: where, required, ...(description ? { description } : {}), schema: rest };
  });
}

function responsesOf(route: Route, operationId: string, schemaOf: SchemaOf): Operation['responses'] {
  const { json, bytes = [], told, empty } = route.response;
  const status = route.status ?? 200;
  const content: Record<string, Media> = {
    ...(json ? { 'application/json': { schema: schemaOf(json, 'output', `${capital(operationId)}Answer`) } } : {}),
    ...Object.fromEntries(bytes.map((type) => [type, {}])),
    ...(told ? { 'text/event-stream': { schema: { type: 'string', description: 'server-sent events, each with JSON as its data' } } } : {}),
  };
  const body = route.body !== undefined;
  const failing = [400, ...(route.scope === 'public' ? [] : [401]), 403, ...(route.params ? [404] : []), ...(body ? [409, 412, 413, 415, 422] : []), 429, 500, 503];
  return {
    ...(Object.keys(content).length > 0 ? { [status]: { description: 'Done', content } } : {}),
    ...(bytes.length > 0 ? { 206: { description: 'The range asked for', content: Object.fromEntries(bytes.map((type) => [type, {}])) } } : {}),
    ...(empty ? { 204: { description: 'Done' } } : {}),
    ...Object.fromEntries(failing.map((code) => [code, { $ref: `#/components/responses/Problem${code}` }])),
    default: { description: 'Another problem', content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } } },
  };
}

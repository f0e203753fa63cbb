import { resolved } from './docsSchema.ts';
import type { OpenApi, Operation } from './openapi.ts';
import type { JsonSchema } from './openapiSchema.ts';

type Shared = OpenApi['components']['schemas'];

/** Values by name, where the schema alone gives none that reads well. */
const NAMED: Record<string, unknown> = {
  camera: 'door', rule: 'phone', id: '01JD…', name: 'kitchen-tablet', alert: 'someone picks up phone', text: 'yesterday 3pm', prompt: 'What happens?',
  url: 'rtsp://192.168.1.20/stream1', token: 'lookout_…', model: 'lookout', since: '10 minutes ago', from: '14:00', to: '14:20', role: 'user', content: 'What happened today?', snoozed_for: '2h', duration: '2h', for: '2h',
};

/** A call for a terminal. */
export function curlOf(method: string, path: string, operation: Operation, { components }: OpenApi): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => String(NAMED[name] ?? name));
  const query = (operation.parameters ?? []).filter((one) => one.in === 'query' && one.required).map(({ name, schema }) => `--data-urlencode ${quoted(`${name}=${plain(exampleOf(schema, components.schemas, name))}`)}`);
  const [type, media] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const parts = [
    `curl ${query.length > 0 ? '-G ' : ''}${method === 'get' ? '' : `-X ${method.toUpperCase()} `}"$LOOKOUT${filled}"`,
    ...(operation['x-scope'] === 'public' ? [] : ['-H "Authorization: Bearer $LOOKOUT_TOKEN"']),
    ...query,
    ...(type === undefined ? [] : [`-H ${quoted(`Content-Type: ${type}`)}`]),
    ...(media?.schema ? [`-d ${quoted(JSON.stringify(media.example ?? exampleOf(media.schema, components.schemas)))}`] : type === undefined ? [] : ['--data-binary @video.mp4']),
    ...outputOf(operation),
  ];
  return parts.join(' \\\n  ');
}

function outputOf({ responses }: Operation): string[] {
  const done = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1];
  const types = done && 'content' in done ? Object.keys(done.content ?? {}) : [];
  if (types.includes('text/event-stream') && types.length === 1) return ['-N'];
  const ending = /^(?:image|video)\/(\w+)/.exec(types[0] ?? '')?.[1];
  return ending ? [`-o ${ending === 'jpeg' ? 'picture.jpg' : `video.${ending}`}`] : [];
}

/** A value that the schema takes: what has to be there, and no more. */
export function exampleOf(schema: JsonSchema, shared: Shared, name = '', depth = 0): unknown {
  const seen = resolved(schema, shared);
  if (seen.const !== undefined) return seen.const;
  if (seen.enum) return seen.enum[0];
  const [choice] = seen.anyOf ?? seen.oneOf ?? [];
  if (choice) return exampleOf(choice, shared, name, depth);
  const type = typeof seen.type === 'string' ? seen.type : seen.type?.[0];
  if (type === 'object') return exampleObject(seen, shared, depth);
  if (type === 'array') return typeof seen.items === 'object' && depth < 4 ? [exampleOf(seen.items, shared, name, depth + 1)] : [];
  if (seen.default !== undefined) return seen.default;
  if (type === 'string') return exampleText(seen, name);
  if (type === 'boolean') return true;
  return type === 'number' || type === 'integer' ? Math.max(seen.minimum ?? 1, Math.min(1, seen.maximum ?? 1)) : '…';
}

function exampleText({ pattern, format }: JsonSchema, name: string): unknown {
  const known = NAMED[name] ?? (format === 'date-time' ? '2026-01-31T14:05:00Z' : '…');
  return pattern === undefined || new RegExp(pattern).test(String(known)) ? known : 'door';
}

function exampleObject({ properties = {}, required = [] }: JsonSchema, shared: Shared, depth: number): unknown {
  const names = required.length > 0 ? required : Object.keys(properties).slice(0, 1);
  return depth > 4 ? {} : Object.fromEntries(names.map((name) => [name, exampleOf(properties[name] ?? {}, shared, name, depth + 1)]));
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

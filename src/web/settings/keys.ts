/** A key of the configuration, as its JSON schema has it. */
export interface ConfigKey {
  readonly path: readonly string[];
  /** `mqtt.url` */
  readonly name: string;
  readonly kind: 'text' | 'secret' | 'switch' | 'choice' | 'number' | 'whole' | 'list' | 'json';
  readonly help: string;
  readonly fallback: unknown;
  readonly options: readonly string[];
  readonly least?: number;
  readonly most?: number;
}

export interface Section {
  readonly name: string;
  readonly keys: readonly ConfigKey[];
}

type Schema = Readonly<Record<string, unknown>>;

/** Cameras have a form of their own; servers with their keys are written into the file. */
const ELSEWHERE = ['cameras', 'engine.endpoints', '$schema'];

/** The sections of a JSON schema and their keys, in its order; what lies deeper than a section belongs to it under its whole name. */
export function sectionsOf(schema: unknown): Section[] {
  return Object.entries(propertiesOf(schema))
    .filter(([name]) => !ELSEWHERE.includes(name))
    .map(([name, inner]) => ({ name, keys: keysOf(inner, [name], schema) }));
}

function keysOf(schema: unknown, path: readonly string[], root: unknown): ConfigKey[] {
  const own = resolved(schema, root);
  const inner = Object.entries(propertiesOf(own));
  if (inner.length > 0) return inner.flatMap(([name, one]) => (ELSEWHERE.includes([...path, name].join('.')) ? [] : keysOf(one, [...path, name], root)));
  return [keyOf(own, path)];
}

function keyOf(schema: Schema, path: readonly string[]): ConfigKey {
  const [least, most] = [bound(schema['minimum']), bound(schema['maximum'])];
  return {
    path, name: path.join('.'), kind: kindOf(schema), help: typeof schema['description'] === 'string' ? schema['description'] : '', fallback: schema['default'],
    options: Array.isArray(schema['enum']) ? schema['enum'].map(String) : schema['const'] === undefined ? [] : [String(schema['const'])],
    ...(least === undefined ? {} : { least }), ...(most === undefined ? {} : { most }),
  };
}

function kindOf(schema: Schema): ConfigKey['kind'] {
  if (schema['writeOnly'] === true) return 'secret';
  if (schema['enum'] !== undefined || schema['const'] !== undefined) return 'choice';
  const items = schema['items'];
  if (schema['type'] === 'array' && typeof items === 'object' && items !== null && Reflect.get(items, 'type') === 'string') return 'list';
  const kinds: Readonly<Record<string, ConfigKey['kind']>> = { boolean: 'switch', integer: 'whole', number: 'number', string: 'text' };
  return (typeof schema['type'] === 'string' ? kinds[schema['type']] : undefined) ?? 'json';
}

function propertiesOf(schema: unknown): Schema {
  const properties: unknown = typeof schema === 'object' && schema !== null ? Reflect.get(schema, 'properties') : undefined;
  return typeof properties === 'object' && properties !== null ? (properties as Schema) : {};
}

/** What a `$ref` within the document leads to. */
function resolved(schema: unknown, root: unknown): Schema {
  const own = (typeof schema === 'object' && schema !== null ? schema : {}) as Schema;
  const reference = own['$ref'];
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return own;
  const found = reference.slice(2).split('/').reduce<unknown>((inner, part) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, part) : undefined), root);
  return { ...(typeof found === 'object' && found !== null ? (found as Schema) : {}), ...own };
}

/** Bounds that are there because numbers have an end are none. */
function bound(value: unknown): number | undefined {
  return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
}

/** The value at a path; undefined where there is none. */
export function valueAt(values: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, part) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, part) : undefined), values);
}

/** What an input holds, as the value of its key. @throws RangeError where it cannot be one: `badNumber`, `badJson` */
export function parsed(kind: ConfigKey['kind'], text: string): unknown {
  if (kind === 'number' || kind === 'whole') {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) throw new RangeError('badNumber');
    return value;
  }
  if (kind === 'list') return text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  if (kind !== 'json') return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RangeError('badJson', { cause: error });
  }
}

/** A value as an input shows it. */
export function written(kind: ConfigKey['kind'], value: unknown): string {
  if (value === undefined || value === null) return '';
  if (kind === 'list' && Array.isArray(value)) return value.map(String).join('\n');
  return kind === 'json' || typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
}

/** A schema's keywords. */
export type Words = Readonly<Record<string, unknown>>;

/** What a client asks an answer to be held to, but cannot be: the keyword, and where it stands. */
export class SchemaRefused extends Error {
  readonly keyword: string;
  readonly path: string;

  constructor(keyword: string, path: string, why: string) {
    super(`${keyword} at ${path || 'the top'}: ${why}.`);
    this.keyword = keyword;
    this.path = path;
  }
}

/** Say nothing of what is valid. */
export const ANNOTATIONS = new Set(['title', 'description', 'default', 'examples', 'example', '$schema', '$id', '$anchor', '$comment', '$defs', 'definitions', 'deprecated', 'readOnly', 'writeOnly', 'strict']);
/** What may stand where, besides. Anything else is refused by its name. */
export const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  object: ['properties', 'required', 'additionalProperties', 'propertyNames'],
  array: ['items', 'minItems', 'maxItems'],
  string: ['minLength', 'maxLength'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  boolean: [],
  null: [],
};
const TYPES = Object.keys(KEYWORDS);

/** Beside a keyword that says it all, nothing else may stand. */
export function only<T>(words: Words, known: readonly string[], path: string, read: () => T): T {
  const other = Object.keys(words).find((key) => !ANNOTATIONS.has(key) && !known.includes(key) && key !== 'nullable');
  if (other !== undefined) throw new SchemaRefused(other, path, known[0] ? `it cannot be combined with ${known[0]}` : 'it is not supported');
  return read();
}

export function unsupported(keyword: string, path: string): SchemaRefused {
  return new SchemaRefused(keyword, path, 'it is not supported');
}

export function typesOf(words: Words, path: string): string[] {
  const { type } = words;
  const types = type === undefined ? ['properties', 'additionalProperties', 'required'].some((key) => key in words) ? ['object'] : 'items' in words ? ['array'] : [] : [type].flat();
  for (const one of types) if (typeof one !== 'string' || !TYPES.includes(one)) throw new SchemaRefused('type', path, 'there is no such type');
  // whatever is an integer is a number
  return (types as string[]).filter((one) => one !== 'integer' || !types.includes('number'));
}

/** The fixed values of `const` or `enum` that are of the types named beside them. */
export function fixedValues(words: Words, path: string): unknown[] {
  const types = typesOf(words, path);
  const values = words['const'] === undefined ? listOf(words['enum'], 'enum', path) : [words['const']];
  const kind = (value: unknown): string[] => (value === null ? ['null'] : typeof value === 'number' ? (Number.isInteger(value) ? ['number', 'integer'] : ['number']) : [typeof value]);
  return types.length === 0 ? values : values.filter((value) => kind(value).some((one) => types.includes(one)));
}

export function listOf(value: unknown, keyword: string, path: string): unknown[] {
  if (!Array.isArray(value) || value.length === 0) throw new SchemaRefused(keyword, path, 'it is no list, or empty');
  return value;
}

export function single(value: unknown, path: string): unknown {
  const list = listOf(value, 'allOf', path);
  if (list.length > 1) throw new SchemaRefused('allOf', path, 'schemas cannot be put together; write them as one');
  return list[0];
}

function numberAt(words: Words, key: string, path: string): number | undefined {
  const value = words[key];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new SchemaRefused(key, path, 'it is no number');
  return value;
}

/** Two bounds of a length, as a schema for answers names them. */
export function lengths<L extends string, M extends string>(words: Words, least: L, most: M, path: string): { readonly [key in L | M]?: number } {
  const [from, to] = [numberAt(words, least, path), numberAt(words, most, path)];
  if ((from ?? 0) < 0 || (to ?? 0) < 0 || (from ?? 0) > (to ?? Infinity)) throw new SchemaRefused(least, path, 'nothing lies within the bounds');
  return { ...(from === undefined ? {} : { [least]: Math.ceil(from) }), ...(to === undefined ? {} : { [most]: Math.floor(to) }) } as { readonly [key in L | M]?: number };
}

/** Bounds of a number, both included, in steps of `step`; no farther from 0 than `farthest`. */
export function bounds(words: Words, step: number, farthest: number, path: string): { readonly minimum?: number; readonly maximum?: number } {
  const bound = (key: string): number | undefined => numberAt(words, key, path);
  const [above, below] = [bound('exclusiveMinimum'), bound('exclusiveMaximum')];
  const minimum = highest(bound('minimum'), above === undefined ? undefined : (Math.floor(above / step + 1e-9) + 1) * step);
  const maximum = lowest(bound('maximum'), below === undefined ? undefined : (Math.ceil(below / step - 1e-9) - 1) * step);
  const none = Math.ceil((minimum ?? -Infinity) / step) > Math.floor((maximum ?? Infinity) / step);
  if (none || (minimum ?? 0) > farthest || (maximum ?? 0) < -farthest) throw new SchemaRefused('minimum', path, 'no number that can be written lies within the bounds');
  return { ...(minimum === undefined ? {} : { minimum }), ...(maximum === undefined ? {} : { maximum }) };
}

function highest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

function lowest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

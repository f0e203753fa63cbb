import { FARTHEST } from './grammar.ts';
import type { JsonSchema } from './grammar.ts';
import { disjoint, leastLength, normalised } from './schemaForms.ts';
import { ANNOTATIONS, KEYWORDS, SchemaRefused, bounds, fixedValues, lengths, listOf, only, single, typesOf, unsupported } from './schemaWords.ts';
import type { Words } from './schemaWords.ts';

export { SchemaRefused } from './schemaWords.ts';

const GENERAL = new Set(['type', 'enum', 'const', 'anyOf', 'oneOf', 'allOf', '$ref', 'nullable']);
/** Of schemas and fixed values together, references written out. */
const MOST_PARTS = 2000;
const MOST_DEPTH = 24;
/** How deep "any value" goes, and how long its texts and lists are. */
const ANY_DEPTH = 3;
const MOST_TEXT = 2000;
const MOST_ITEMS = 64;
/** The last of a number's decimals. */
const STEP = 0.001;

/** Any JSON value, nested to a depth; the shortest kinds first. */
function anyValue(depth = ANY_DEPTH): JsonSchema {
  const plain: JsonSchema[] = [{ type: 'number' }, { type: 'string', maxLength: MOST_TEXT }, { type: 'boolean' }, { type: 'null' }];
  if (depth === 0) return { type: 'any', of: plain };
  return { type: 'any', of: [...plain, { type: 'array', items: anyValue(depth - 1), maxItems: MOST_ITEMS }, { type: 'map', values: anyValue(depth - 1), maxItems: MOST_ITEMS }] };
}

/** Any JSON object: `response_format: {"type": "json_object"}`. */
export const ANY_OBJECT: JsonSchema = { type: 'map', values: anyValue(), maxItems: MOST_ITEMS };

/**
 * A client's JSON Schema (2020-12, draft 7, or OpenAPI 3's `nullable`) as a schema that answers can be held to: whatever is written under
 * it is valid under the client's. Throws SchemaRefused for what cannot be had.
 */
export function fromJsonSchema(schema: unknown): JsonSchema {
  return new Reader(schema).read(schema, '', 0, []);
}

class Reader {
  readonly #root: unknown;
  #parts = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  read(schema: unknown, path: string, depth: number, within: readonly string[]): JsonSchema {
    if (++this.#parts > MOST_PARTS || depth > MOST_DEPTH) throw new SchemaRefused('schema', path, 'it is too large, or nested too deeply');
    if (schema === true) return anyValue();
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) throw new SchemaRefused('schema', path, 'it is no schema that a value could satisfy');
    const words = schema as Words;
    if (words['nullable'] === true) return anyOf([this.#readWords({ ...words, nullable: false }, path, depth, within), { type: 'null' }]);
    return this.#readWords(words, path, depth, within);
  }

  #readWords(words: Words, path: string, depth: number, within: readonly string[]): JsonSchema {
    const inner = (schema: unknown, at: string): JsonSchema => this.read(schema, `${path}/${at}`, depth + 1, within);
    if (words['$ref'] !== undefined) return this.#refer(words, path, depth, within);
    for (const key of ['const', 'enum']) if (words[key] !== undefined) return only(words, [key, 'type'], path, () => this.#fixed(fixedValues(words, path), path));
    const { allOf, anyOf: any, oneOf } = words;
    if (allOf !== undefined) return only(words, ['allOf'], path, () => inner(single(allOf, path), 'allOf/0'));
    if (any !== undefined) return only(words, ['anyOf'], path, () => anyOf(listOf(any, 'anyOf', path).map((schema, i) => inner(schema, `anyOf/${i}`))));
    if (oneOf !== undefined) {
      const ways = listOf(oneOf, 'oneOf', path).map((schema, i) => inner(schema, `oneOf/${i}`));
      if (!disjoint(ways)) throw new SchemaRefused('oneOf', path, 'a value might satisfy several of them; anyOf says the same without that');
      return only(words, ['oneOf', 'discriminator'], path, () => anyOf(ways));
    }
    const types = typesOf(words, path);
    if (types.length === 0) return only(words, [], path, () => anyValue());
    for (const key of Object.keys(words)) {
      if (!ANNOTATIONS.has(key) && !GENERAL.has(key) && !types.some((type) => KEYWORDS[type]?.includes(key))) throw unsupported(key, path);
    }
    return anyOf(types.map((type) => this.#ofType(type, words, path, inner)));
  }

  #ofType(type: string, words: Words, path: string, inner: (schema: unknown, at: string) => JsonSchema): JsonSchema {
    if (type === 'object') return objectOf(words, path, inner);
    if (type === 'array') return { type, items: words['items'] === undefined ? anyValue() : inner(words['items'], 'items'), ...lengths(words, 'minItems', 'maxItems', path) };
    if (type === 'string') return { type, ...lengths(words, 'minLength', 'maxLength', path) };
    if (type === 'number' || type === 'integer') return { type, ...bounds(words, type === 'integer' ? 1 : STEP, FARTHEST[type], path) };
    return { type: type as 'boolean' | 'null' };
  }

  #refer(words: Words, path: string, depth: number, within: readonly string[]): JsonSchema {
    const name = words['$ref'];
    if (typeof name !== 'string' || !/^#(\/|$)/.test(name)) throw new SchemaRefused('$ref', path, 'only references within the schema (#/$defs/…) can be followed');
    if (within.includes(name)) throw new SchemaRefused('$ref', path, `${name} holds itself, and an answer has to end`);
    const steps = name.split('/').slice(1).map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));
    const found = steps.reduce<unknown>((at, step) => (typeof at === 'object' && at !== null && Object.hasOwn(at, step) ? (at as Words)[step] : undefined), this.#root);
    if (found === undefined || found === this.#root) throw new SchemaRefused('$ref', path, `${name} leads nowhere, or to the whole schema`);
    return only(words, ['$ref'], path, () => this.read(found, path, depth + 1, [...within, name]));
  }

  #fixed(values: readonly unknown[], path: string): JsonSchema {
    this.#parts += values.length;
    if (values.length === 0) throw new SchemaRefused('enum', path, 'it lists nothing');
    const ways = values.map((value): JsonSchema => {
      if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return { type: 'fixed', value };
      throw new SchemaRefused('enum', path, 'only texts, numbers, true, false and null can be fixed');
    });
    return anyOf(ways);
  }
}

function objectOf(words: Words, path: string, inner: (schema: unknown, at: string) => JsonSchema): JsonSchema {
  const { properties, required = [], additionalProperties: more = true } = words;
  // that names are texts says nothing
  if (words['propertyNames'] !== undefined && JSON.stringify(words['propertyNames']) !== '{"type":"string"}') throw unsupported('propertyNames', path);
  if (!Array.isArray(required) || required.some((name) => typeof name !== 'string')) throw new SchemaRefused('required', path, 'it is no list of names');
  if (properties !== undefined && (typeof properties !== 'object' || properties === null || Array.isArray(properties))) throw new SchemaRefused('properties', path, 'they are no object');
  const named = Object.entries((properties ?? {}) as Words).map(([name, schema]): [string, JsonSchema] => [name, inner(schema, `properties/${name}`)]);
  const unnamed = (required as string[]).filter((name) => !named.some(([known]) => known === name));
  if (unnamed.length > 0 && more === false) throw new SchemaRefused('required', path, `${unnamed.join(', ')} may not be there`);
  const all = [...named, ...unnamed.map((name): [string, JsonSchema] => [name, inner(more, 'additionalProperties')])];
  // an object without any named keys may have what keys it likes
  if (all.length === 0 && more !== false) return { type: 'map', values: inner(more, 'additionalProperties'), maxItems: MOST_ITEMS };
  return { type: 'object', properties: Object.fromEntries(all), optional: named.map(([name]) => name).filter((name) => !(required as string[]).includes(name)) };
}

function anyOf(ways: readonly JsonSchema[]): JsonSchema {
  const [first, ...others] = normalised(ways);
  if (!first) throw new SchemaRefused('anyOf', '', 'it lists nothing');
  return others.length === 0 ? first : { type: 'any', of: [first, ...others].sort((a, b) => leastLength(a) - leastLength(b)) };
}

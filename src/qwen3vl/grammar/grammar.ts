import { jsonArray } from './array.ts';
import { either } from './either.ts';
import { jsonInteger, jsonNumber } from './number.ts';
import { jsonMap, jsonObject } from './object.ts';
import type { Compiled } from './object.ts';
import { jsonRange } from './range.ts';
import { END, encode, literal } from './state.ts';
import type { ByteState } from './state.ts';
import { jsonString } from './text.ts';

/**
 * The part of JSON Schema that answers are held to; `fromJsonSchema` makes it of any. Properties come in the order given, and all of
 * them but the `optional` ones have to; `required` and `additionalProperties` may stand for other engines' sake and change nothing here.
 * `fixed`, `any` and `map` are not JSON Schema's own words.
 */
export type JsonSchema =
  | { readonly type: 'array'; readonly items: JsonSchema; readonly minItems?: number; readonly maxItems?: number }
  | {
      readonly type: 'object';
      readonly properties: Readonly<Record<string, JsonSchema>>;
      readonly optional?: readonly string[];
      readonly required?: readonly string[];
      readonly additionalProperties?: false;
    }
  /** an object of any keys */
  | { readonly type: 'map'; readonly values: JsonSchema; readonly maxItems?: number }
  | { readonly type: 'string'; readonly minLength?: number; readonly maxLength?: number }
  | { readonly type: 'string'; readonly enum: readonly string[] }
  /** bounds are included; a number has three decimals at most */
  | { readonly type: 'number' | 'integer'; readonly minimum?: number; readonly maximum?: number }
  | { readonly type: 'boolean' | 'null' }
  | { readonly type: 'fixed'; readonly value: string | number | boolean | null }
  /** one of several; the one of the shortest text stands first */
  | { readonly type: 'any'; readonly of: readonly JsonSchema[] };

/** Decimals of a number with bounds, and how far from 0 it may be. */
const DECIMALS = 3;
export const FARTHEST = { number: 1e9, integer: 999_999_999_999_999 } as const;

/** A place in the text; opaque and immutable. */
export type GrammarState = ByteState;

/** JSON texts of one schema, in `json.dumps` style: at most one space after ':' and ',', none elsewhere. */
export interface Grammar {
  start(): GrammarState;
  /**
   * The state after more text, or null where the text is not allowed. A token that is only part of a UTF-8 character must be
   * given as its bytes: a state may stand inside a character.
   */
  advance(state: GrammarState, text: string | Uint8Array): GrammarState | null;
  /** the text may stop here */
  done(state: GrammarState): boolean;
  /** nothing but the stop token may follow */
  mustStop(state: GrammarState): boolean;
}

export function compileGrammar(schema: JsonSchema): Grammar {
  const first = compile(schema)(END);
  return { start: () => first, advance, done: (state) => state.done, mustStop: (state) => state === END };
}

function advance(state: GrammarState, text: string | Uint8Array): GrammarState | null {
  let at: ByteState | null = state;
  for (const byte of typeof text === 'string' ? encode(text) : text) {
    at = at.step(byte);
    if (at === null) return null;
  }
  return at;
}

function compile(schema: JsonSchema): Compiled {
  switch (schema.type) {
    case 'array':
      return array(schema.items, schema.minItems ?? 0, schema.maxItems ?? Infinity);
    case 'object':
      return object(schema.properties, schema.optional ?? []);
    case 'map':
      return jsonMap(compile(schema.values), schema.maxItems ?? Infinity);
    case 'number':
    case 'integer':
      return number(schema);
    case 'fixed':
      return oneOf([schema.value]);
    case 'any': {
      const ways = schema.of.map(compile);
      return (then) => either(ways.map((way) => way(then)));
    }
    case 'boolean':
      return oneOf([true, false]);
    case 'null':
      return oneOf([null]);
    case 'string':
      if ('enum' in schema) return oneOf(schema.enum);
      return (then) => jsonString(schema.minLength ?? 0, schema.maxLength ?? Infinity, then);
  }
}

function oneOf(values: readonly (string | number | boolean | null)[]): Compiled {
  const options = values.map((v) => encode(JSON.stringify(v)));
  return (then) => literal(options, then);
}

/** What has no bounds but 0 has the bounds that keep an answer short. */
function number({ type, minimum, maximum }: Extract<JsonSchema, { type: 'number' | 'integer' }>): Compiled {
  if (maximum === undefined && (minimum === undefined || minimum === 0)) return (then) => (type === 'number' ? jsonNumber : jsonInteger)(minimum === undefined, then);
  const decimals = type === 'number' ? DECIMALS : 0;
  const [scale, farthest] = [10 ** decimals, FARTHEST[type]];
  const held = (bound: number): number => Math.min(farthest, Math.max(-farthest, bound));
  const range = { least: Math.ceil(held(minimum ?? -Infinity) * scale), most: Math.floor(held(maximum ?? Infinity) * scale), decimals };
  return (then) => jsonRange(range, then);
}

function object(properties: Readonly<Record<string, JsonSchema>>, optional: readonly string[]): Compiled {
  const members = Object.entries(properties).map(([name, schema]) => ({ name, value: compile(schema), optional: optional.includes(name) }));
  return jsonObject(members);
}

function array(schema: JsonSchema, least: number, most: number): Compiled {
  const items = { first: compile(schema)(END), least, most, distinct: describes(schema) };
  return (then) => jsonArray(items, then);
}

/** Whether values hold free text. Those are told once each; plain numbers and fixed values come again in a sane list as well. */
function describes(schema: JsonSchema): boolean {
  if (schema.type === 'array') return describes(schema.items);
  if (schema.type === 'object') return Object.values(schema.properties).some(describes);
  if (schema.type === 'map') return true;
  if (schema.type === 'any') return schema.of.some(describes);
  return schema.type === 'string' && !('enum' in schema);
}

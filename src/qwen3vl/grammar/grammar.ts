import { jsonArray } from './array.ts';
import { jsonInteger, jsonNumber } from './number.ts';
import { END, encode, literal, optionalSpace } from './state.ts';
import type { ByteState } from './state.ts';
import { jsonString } from './text.ts';

/**
 * The part of JSON Schema that answers are held to. Properties come in the order given, all of them; `required` and
 * `additionalProperties` may stand for other engines' sake and change nothing here. A `minimum` can only be 0 (no minus sign):
 * other bounds cannot be told digit by digit.
 */
export type JsonSchema =
  | { readonly type: 'array'; readonly items: JsonSchema; readonly maxItems?: number }
  | {
      readonly type: 'object';
      readonly properties: Readonly<Record<string, JsonSchema>>;
      readonly required?: readonly string[];
      readonly additionalProperties?: false;
    }
  | { readonly type: 'string'; readonly minLength?: number; readonly maxLength?: number }
  | { readonly type: 'string'; readonly enum: readonly string[] }
  | { readonly type: 'number' | 'integer'; readonly minimum?: 0 }
  | { readonly type: 'boolean' | 'null' };

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

/** From a schema to a function that gives the state before such a value, when told what comes after it. */
type Compiled = (then: ByteState) => ByteState;

function compile(schema: JsonSchema): Compiled {
  switch (schema.type) {
    case 'array':
      return array(schema.items, schema.maxItems ?? Infinity);
    case 'object':
      return object(schema.properties);
    case 'number':
      return (then) => jsonNumber(schema.minimum === undefined, then);
    case 'integer':
      return (then) => jsonInteger(schema.minimum === undefined, then);
    case 'boolean':
      return oneOf([true, false]);
    case 'null':
      return oneOf([null]);
    case 'string':
      if ('enum' in schema) return oneOf(schema.enum);
      return (then) => jsonString(schema.minLength ?? 0, schema.maxLength ?? Infinity, then);
  }
}

function oneOf(values: readonly (string | boolean | null)[]): Compiled {
  const options = values.map((v) => encode(JSON.stringify(v)));
  return (then) => literal(options, then);
}

function object(properties: Readonly<Record<string, JsonSchema>>): Compiled {
  const members = Object.entries(properties).map(([name, schema], i) => {
    const key = `${JSON.stringify(name)}:`;
    return { lead: (i === 0 ? [`{${key}`] : [`,${key}`, `, ${key}`]).map(encode), value: compile(schema) };
  });
  const close = encode(members.length === 0 ? '{}' : '}');
  return (then) =>
    members.reduceRight((after, { lead, value }) => literal(lead, optionalSpace(value(after))), literal([close], then));
}

function array(schema: JsonSchema, most: number): Compiled {
  const items = { first: compile(schema)(END), most, distinct: describes(schema) };
  return (then) => jsonArray(items, then);
}

/** Whether values hold free text. Those are told once each; plain numbers and fixed values come again in a sane list as well. */
function describes(schema: JsonSchema): boolean {
  if (schema.type === 'array') return describes(schema.items);
  if (schema.type === 'object') return Object.values(schema.properties).some(describes);
  return schema.type === 'string' && !('enum' in schema);
}

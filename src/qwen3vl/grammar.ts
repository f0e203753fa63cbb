import { END, encode, literal, optionalSpace } from './grammarState.ts';
import type { ByteState } from './grammarState.ts';
import { jsonNumber } from './grammarNumber.ts';
import { jsonString } from './grammarText.ts';

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
  | { readonly type: 'number'; readonly minimum?: 0 }
  | { readonly type: 'boolean' };

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
      return array(compile(schema.items), schema.maxItems ?? Infinity);
    case 'object':
      return object(schema.properties);
    case 'number':
      return (then) => jsonNumber(schema.minimum === undefined, then);
    case 'boolean':
      return oneOf([true, false]);
    case 'string':
      if ('enum' in schema) return oneOf(schema.enum);
      return (then) => jsonString(schema.minLength ?? 0, schema.maxLength ?? Infinity, then);
  }
}

function oneOf(values: readonly (string | boolean)[]): Compiled {
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

const OPEN = 0x5b;
const COMMA = 0x2c;
const CLOSE = 0x5d;

function array(item: Compiled, most: number): Compiled {
  /** after `count` items */
  const rest = (count: number, then: ByteState): ByteState => ({
    done: false,
    step(byte) {
      if (byte === CLOSE) return then;
      return byte === COMMA && count < most ? optionalSpace(item(rest(count + 1, then))) : null;
    },
  });
  const first = (then: ByteState): ByteState => ({
    done: false,
    step(byte) {
      if (byte === CLOSE) return then;
      return most > 0 ? item(rest(1, then)).step(byte) : null;
    },
  });
  return (then) => ({ done: false, step: (byte) => (byte === OPEN ? first(then) : null) });
}

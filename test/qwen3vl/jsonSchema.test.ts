import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { compileGrammar } from '../../src/qwen3vl/grammar/grammar.ts';
import type { JsonSchema } from '../../src/qwen3vl/grammar/grammar.ts';
import { ANY_OBJECT, fromJsonSchema, SchemaRefused } from '../../src/qwen3vl/grammar/jsonSchema.ts';
import { byteTokenizer, demoTokenizer, random, randomAnswer } from './grammarCases.ts';
import { cases } from '../thorough.ts';

/** What clients send. */
const SENT: Readonly<Record<string, object>> = {
  'optional and nullable properties': {
    type: 'object',
    properties: { a: { type: 'string', maxLength: 4 }, b: { type: ['integer', 'null'] }, c: { type: 'boolean' }, d: { type: 'number', nullable: true }, e: { type: 'string', maxLength: 3 } },
    required: ['c'],
    additionalProperties: false,
  },
  'enum and const of all kinds': { type: 'object', properties: { k: { const: 'event' }, n: { enum: [1, 10, 100, -1, 2.5, null, true, 'x'] }, m: { type: 'string', enum: ['in', 'inside', 'out'] } }, required: ['k', 'n', 'm'] },
  'nested lists': { type: 'array', minItems: 2, maxItems: 3, items: { type: 'array', minItems: 1, maxItems: 2, items: { type: 'object', properties: { 'ü"': { type: 'integer', minimum: 0 } }, required: ['ü"'] } } },
  'integers within bounds': { type: 'array', minItems: 3, maxItems: 6, items: { anyOf: [{ type: 'integer', minimum: -12, maximum: 107 }, { type: 'integer', exclusiveMinimum: 990, maximum: 1004 }, { type: 'integer', maximum: -5 }] } },
  'numbers within bounds': { type: 'array', minItems: 2, maxItems: 6, items: { anyOf: [{ type: 'number', minimum: 0, maximum: 1 }, { type: 'number', exclusiveMinimum: -3.25, exclusiveMaximum: -3.2 }, { type: 'number', minimum: 12.345, maximum: 12.346 }, { type: 'number', minimum: 5 }] } },
  'what differs by a key': {
    oneOf: [
      { type: 'object', properties: { kind: { const: 'person' }, name: { type: 'string', maxLength: 5 } }, required: ['kind', 'name'], additionalProperties: false },
      { type: 'object', properties: { kind: { const: 'thing' }, count: { type: 'integer', minimum: 1, maximum: 9 } }, required: ['kind', 'count'], additionalProperties: false },
    ],
  },
  'definitions': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { from: { $ref: '#/$defs/point' }, to: { anyOf: [{ $ref: '#/$defs/point' }, { type: 'null' }] }, all: { allOf: [{ $ref: '#/$defs/point' }], description: 'both' } },
    required: ['from', 'to', 'all'],
    additionalProperties: false,
    $defs: { point: { type: 'object', title: 'A point', properties: { x: { type: 'number' }, y: { $ref: '#/$defs/axis' } }, required: ['x', 'y'], additionalProperties: false }, axis: { type: 'number', default: 0 } },
  },
  'any keys': { type: 'object', propertyNames: { type: 'string' }, additionalProperties: { type: 'integer', minimum: 0, maximum: 3 } },
  'keys without a schema': { required: ['a'], properties: { b: true } },
  'a text': { type: 'string', minLength: 2, maxLength: 6 },
  'an object of no kind': { type: 'object' },
};

const TOKENIZERS = [["the demo's tokenizer", demoTokenizer()], ['tokens that split characters', byteTokenizer()]] as const;

describe.each(Object.entries(SENT))('%s', (_name, sent) => {
  const schema = fromJsonSchema(sent);
  const validate = new Ajv2020({ strict: false }).compile(sent);

  test.each(TOKENIZERS)('answers over %s are valid', (_tokens, vocabulary) => {
    const texts = new Set<string>();
    for (let seed = 1; seed <= cases(50, 120); seed++) {
      const { text } = randomAnswer(schema, vocabulary, random(seed));
      expect(validate(JSON.parse(text)), text).toBe(true);
      texts.add(text);
    }
    expect(texts.size).toBeGreaterThan(1);
  });

  test('they are whole however few tokens they may have', () => {
    const [, vocabulary] = TOKENIZERS[1];
    for (let seed = 1; seed <= cases(25, 60); seed++) {
      const { text } = randomAnswer(schema, vocabulary, random(seed), 160 + (seed % 40));
      expect(validate(JSON.parse(text)), text).toBe(true);
    }
  });
});

test('a JSON object is one, whatever is in it', () => {
  for (const [, vocabulary] of TOKENIZERS) {
    for (let seed = 1; seed <= cases(20, 40); seed++) expect(JSON.parse(randomAnswer(ANY_OBJECT, vocabulary, random(seed), 400).text)).toEqual(expect.any(Object));
  }
});

describe('bounds', () => {
  const takes = (schema: JsonSchema, text: string): boolean => {
    const grammar = compileGrammar(schema);
    const state = grammar.advance(grammar.start(), text);
    return state !== null && grammar.done(state);
  };
  test.each([[0, 0], [-3, 14], [7, 7], [95, 312], [-120, -98], [1000, 1099]])('all the integers from %i to %i can be written, and no others', (minimum, maximum) => {
    for (let n = -1300; n <= 1300; n++) expect(takes({ type: 'integer', minimum, maximum }, String(n)), String(n)).toBe(n >= minimum && n <= maximum);
    for (const text of ['', '-', '01', '1.0', '+1']) expect(takes({ type: 'integer', minimum, maximum }, text)).toBe(false);
  });

  test.each([[0, 1], [0.25, 0.5], [-1.5, 2], [9.99, 10.01], [-0.2, -0.1]])('numbers from %f to %f in thousandths', (minimum, maximum) => {
    for (let n = -3000; n <= 11_000; n++) {
      const text = String(n / 1000);
      expect(takes({ type: 'number', minimum, maximum }, text), text).toBe(n / 1000 >= minimum && n / 1000 <= maximum);
    }
    expect(takes({ type: 'number', minimum, maximum }, `${maximum}${Number.isInteger(maximum) ? '.' : ''}000`)).toBe(Number.isInteger(maximum));
    expect(takes({ type: 'number', minimum, maximum }, '0.')).toBe(false);
  });
});

describe('what cannot be had is refused by name', () => {
  test.each([
    ['pattern', { type: 'string', pattern: '^a' }],
    ['format', { type: 'string', format: 'email' }],
    ['multipleOf', { type: 'object', properties: { n: { type: 'number', multipleOf: 5 } } }],
    ['patternProperties', { type: 'object', patternProperties: { '^a': {} } }],
    ['prefixItems', { type: 'array', prefixItems: [{ type: 'string' }] }],
    ['uniqueItems', { type: 'array', items: { type: 'string' }, uniqueItems: true }],
    ['propertyNames', { type: 'object', propertyNames: { minLength: 3 } }],
    ['not', { not: { type: 'string' } }],
    ['if', { type: 'object', if: {}, properties: {} }],
    ['allOf', { allOf: [{ type: 'object' }, { type: 'object' }] }],
    ['oneOf', { oneOf: [{ type: 'string' }, { type: 'string', minLength: 2 }] }],
    ['minLength', { const: 'a', minLength: 3 }],
    ['type', { type: 'date' }],
    ['minimum', { type: 'integer', minimum: 5, maximum: 4 }],
    ['minimum', { type: 'integer', minimum: 1e17 }],
    ['minItems', { type: 'array', minItems: 3, maxItems: 1 }],
    ['required', { type: 'object', properties: {}, required: ['a'], additionalProperties: false }],
    ['enum', { enum: [] }],
    ['enum', { type: 'string', enum: [1] }],
    ['enum', { enum: [{ a: 1 }] }],
    ['schema', { type: 'object', properties: { a: false } }],
    ['schema', 'string'],
    ['$ref', { $ref: 'https://example.com/schema.json' }],
    ['$ref', { $ref: '#/$defs/none' }],
    ['$ref', { type: 'object', properties: { next: { $ref: '#' } } }],
    ['$ref', { $ref: '#/$defs/node', $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } } }],
  ])('%s', (keyword, schema) => {
    let refused: unknown;
    try {
      fromJsonSchema(schema);
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(SchemaRefused);
    expect((refused as SchemaRefused).keyword).toBe(keyword);
  });

  test('however it is multiplied', () => {
    const $defs: Record<string, object> = { a0: { type: 'string' } };
    for (let i = 1; i < 20; i++) $defs[`a${i}`] = { anyOf: [{ $ref: `#/$defs/a${i - 1}` }, { type: 'array', items: { $ref: `#/$defs/a${i - 1}` } }] };
    expect(() => fromJsonSchema({ $ref: '#/$defs/a19', $defs })).toThrow(SchemaRefused);
    let deep: object = { type: 'string' };
    for (let i = 0; i < 2000; i++) deep = { type: 'array', items: deep };
    expect(() => fromJsonSchema(deep)).toThrow(SchemaRefused);
  });
});

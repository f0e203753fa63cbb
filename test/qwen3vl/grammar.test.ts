import { describe, expect, test } from 'vitest';
import { compileGrammar } from '../../src/qwen3vl/grammar/grammar.ts';
import type { Grammar, GrammarState, JsonSchema } from '../../src/qwen3vl/grammar/grammar.ts';
import { random, validator } from './grammarCases.ts';

const EVENTS: JsonSchema = {
  type: 'array',
  maxItems: 3,
  items: {
    type: 'object',
    properties: {
      event: { type: 'string', minLength: 1, maxLength: 12 },
      start: { type: 'number', minimum: 0 },
      end: { type: 'number', minimum: 0 },
    },
  },
};

function run(grammar: Grammar, text: string): GrammarState | null {
  return grammar.advance(grammar.start(), text);
}

function accepts(schema: JsonSchema, text: string): boolean {
  const grammar = compileGrammar(schema);
  const state = run(grammar, text);
  return state !== null && grammar.done(state);
}

describe('compileGrammar', () => {
  test.each([
    '[]',
    '[{"event": "picks up", "start": 1.2, "end": 2.4}]',
    '[{"event":"a","start":0,"end":10.125},{"event":"中文\\u4e2d\\"\\\\","start":0.5,"end":999999}]',
  ])('takes %s', (text) => {
    expect(accepts(EVENTS, text)).toBe(true);
    expect(JSON.parse(text)).toBeInstanceOf(Array);
  });

  test.each([
    ['leading space', ' []'],
    ['two spaces', '[{"event":  "a", "start": 1, "end": 2}]'],
    ['another order', '[{"start": 1, "event": "a", "end": 2}]'],
    ['a property left out', '[{"event": "a", "start": 1}]'],
    ['a property too many', '[{"event": "a", "start": 1, "end": 2, "x": 1}]'],
    ['a negative time', '[{"event": "a", "start": -1, "end": 2}]'],
    ['a leading zero', '[{"event": "a", "start": 01, "end": 2}]'],
    ['a bare point', '[{"event": "a", "start": 1., "end": 2}]'],
    ['an endless fraction', '[{"event": "a", "start": 0.3333, "end": 2}]'],
    ['an empty text', '[{"event": "", "start": 1, "end": 2}]'],
    ['a text too long', '[{"event": "1234567890123", "start": 1, "end": 2}]'],
    ['an escape sequence for terminals', '[{"event": "\\u001b[31m", "start": 1, "end": 2}]'],
    ['half a surrogate pair', '[{"event": "\\ud83d", "start": 1, "end": 2}]'],
    ['a raw newline', '[{"event": "a\nb", "start": 1, "end": 2}]'],
    ['a trailing comma', '[{"event": "a", "start": 1, "end": 2},]'],
    ['an unfinished text', '[{"event": "a"'],
    ['more after the end', '[]]'],
    ['items beyond the limit', `[${Array(4).fill('{"event":"a","start":1,"end":2}').join(',')}]`],
  ])('refuses %s', (_name, text) => {
    expect(accepts(EVENTS, text)).toBe(false);
  });

  test('knows when it must stop', () => {
    const grammar = compileGrammar(EVENTS);
    const state = run(grammar, '[]');
    expect(state && grammar.mustStop(state)).toBe(true);
    const number = compileGrammar({ type: 'number' });
    const open = run(number, '-12');
    expect(open && number.done(open) && !number.mustStop(open)).toBe(true);
  });

  test('takes an enum and a boolean whole', () => {
    expect(accepts({ type: 'string', enum: ['yes', 'no', 'not sure'] }, '"not sure"')).toBe(true);
    expect(accepts({ type: 'string', enum: ['yes', 'no'] }, '"maybe"')).toBe(false);
    expect(accepts({ type: 'boolean' }, 'true')).toBe(true);
    expect(accepts({ type: 'object', properties: {} }, '{}')).toBe(true);
    expect(accepts({ type: 'null' }, 'null')).toBe(true);
  });

  test('takes integers of as many digits as a double holds, without fraction', () => {
    for (const text of ['0', '-0', '17', '-999999999999999']) expect(accepts({ type: 'integer' }, text)).toBe(true);
    for (const text of ['1.0', '1e3', '01', '1000000000000000', '-']) expect(accepts({ type: 'integer' }, text)).toBe(false);
    expect(accepts({ type: 'integer', minimum: 0 }, '-1')).toBe(false);
  });

  test('takes what stands in each other', () => {
    const schema: JsonSchema = { type: 'array', items: { type: 'array', items: { type: 'object', properties: { n: { type: 'array', items: { type: 'integer' } } } } } };
    expect(accepts(schema, '[[], [{"n": []}, {"n": [1, 2,3]}], [{"n": [4]}]]')).toBe(true);
    for (const text of ['[[}', '[[{"n": [1, 2}]]', '[[{"n": [1,]}]]', '[,[]]']) expect(accepts(schema, text)).toBe(false);
  });

  test('takes a character in pieces, and nothing but its rest in between', () => {
    const grammar = compileGrammar({ type: 'string', maxLength: 1 });
    const bytes = new TextEncoder().encode('"猫"');
    let state: GrammarState | null = grammar.start();
    for (const part of [bytes.slice(0, 2), bytes.slice(2, 3), bytes.slice(3)]) {
      expect(grammar.advance(state, '"') === null || state === grammar.start()).toBe(true);
      state = grammar.advance(state, part);
      if (state === null) throw new Error('refused');
    }
    expect(grammar.mustStop(state)).toBe(true);
    expect(grammar.advance(grammar.start(), Uint8Array.of(0x22, 0xc0, 0x80))).toBeNull();
    expect(grammar.advance(grammar.start(), Uint8Array.of(0x22, 0xed, 0xa0, 0x80))).toBeNull();
  });

  test('leaves earlier states as they were', () => {
    const grammar = compileGrammar(EVENTS);
    const fork = run(grammar, '[{"event": "a');
    if (fork === null) throw new Error('refused');
    expect(grammar.advance(fork, 'bc", "start"')).not.toBeNull();
    expect(grammar.advance(fork, '", "start": 1, "end": 2}]')).not.toBeNull();
  });
});

const SINGLE_BYTES = Array.from({ length: 256 }, (_, b) => Uint8Array.of(b));
const MERGED = ['[{', '{"', '"event', '": "', '", "', ' "start', '": ', '}]', '}, {', ' person', '中', '\\u', '1.5', '0.', 'true', '[]', '"', '"']
  .map((t) => new TextEncoder().encode(t));
const VOCABULARY = [...SINGLE_BYTES, ...MERGED, ...MERGED, ...MERGED];

/** Draws tokens that the grammar allows until it stops; gives the text. */
function draw(grammar: Grammar, next: () => number): string {
  const bytes: number[] = [];
  let state = grammar.start();
  while (!grammar.mustStop(state) && !(grammar.done(state) && next() < 0.3)) {
    const from = Math.floor(next() * VOCABULARY.length);
    const found = VOCABULARY.map((_, i) => VOCABULARY[(from + i) % VOCABULARY.length] ?? new Uint8Array())
      .map((token) => ({ token, state: grammar.advance(state, token) }))
      .find((c) => c.state !== null);
    if (!found?.state) throw new Error(`nothing is allowed after ${Buffer.from(bytes).toString()}`);
    state = found.state;
    bytes.push(...found.token);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
}

function anySchema(next: () => number, depth: number): JsonSchema {
  const pick = Math.floor(next() * (depth > 0 ? 7 : 5));
  if (pick === 0) return { type: 'string', minLength: Math.floor(next() * 3), maxLength: 3 + Math.floor(next() * 5) };
  if (pick === 1) return { type: next() < 0.5 ? 'number' : 'integer', ...(next() < 0.5 ? { minimum: 0 } : {}) };
  if (pick === 2) return { type: next() < 0.5 ? 'boolean' : 'null' };
  if (pick === 3 || pick === 4) return { type: 'string', enum: ['on', 'off', '关', 'a "quoted" word'] };
  if (pick === 5) return { type: 'array', maxItems: Math.floor(next() * 4), items: anySchema(next, depth - 1) };
  const names = ['a', 'b c', 'ü', 'd"'].slice(0, Math.floor(next() * 5));
  return { type: 'object', properties: Object.fromEntries(names.map((n) => [n, anySchema(next, depth - 1)])) };
}

describe('random choices under the grammar', () => {
  test('always give JSON of the schema', () => {
    for (let seed = 1; seed <= 150; seed++) {
      const next = random(seed);
      const schema = seed % 3 === 0 ? EVENTS : anySchema(next, 3);
      const text = draw(compileGrammar(schema), next);
      expect(() => validator(schema)(text), `seed ${seed}: ${text}`).not.toThrow();
    }
  });
});

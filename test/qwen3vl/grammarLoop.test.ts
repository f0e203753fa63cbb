import { describe, expect, test } from 'vitest';
import { EVENTS_SCHEMA } from '../../src/infer/answer.ts';
import { compileGrammar } from '../../src/qwen3vl/grammar/grammar.ts';
import type { JsonSchema } from '../../src/qwen3vl/grammar/grammar.ts';

/** The bytes that may come next. */
function next(schema: JsonSchema, text: string): string {
  const grammar = compileGrammar(schema);
  const state = grammar.advance(grammar.start(), text);
  if (!state) throw new Error(`refused: ${text}`);
  return Array.from({ length: 128 }, (_, b) => String.fromCharCode(b)).filter((c) => grammar.advance(state, c) !== null).join('');
}

/** How many times `unit` may be written into a string before nothing but its end is allowed. */
function times(unit: string, schema: JsonSchema = { type: 'string' }): number {
  const grammar = compileGrammar(schema);
  let state = grammar.advance(grammar.start(), '"');
  let written = 0;
  for (; state && written < 1000; written++) state = grammar.advance(state, unit);
  return written - 1;
}

describe('a string', () => {
  test.each([
    ['a', 16],
    ['ha', 8],
    ['no ', 6],
    ['walks in ', 6],
    ['猫', 16],
    ['\\"', 16],
    ['\\u0061', 16],
    ['a person walks in and ', 6],
  ])('repeats %s so many times: %i', (unit, most) => {
    expect(times(unit)).toBe(most);
  });

  test('repeats a sentence four times and a little more', () => {
    const most = times('The man in the red coat walks to the door. ');
    expect(most).toBeGreaterThanOrEqual(4);
    expect(most).toBeLessThanOrEqual(5);
    expect(times(`${Array.from({ length: 120 }, (_, i) => String.fromCharCode(0x4e00 + i)).join('')}`)).toBeLessThanOrEqual(5);
  });

  test('that has repeated itself can only end', () => {
    expect(next({ type: 'string' }, '"well aaaaaaaaaaaaaaaa')).toBe('"');
    expect(next({ type: 'string' }, '"well aaaaaaaaaaaaaaa')).toContain('a');
    // written in another way
    expect(next({ type: 'string' }, '"aaaaaaaaaaaaaa\\u0061a')).toBe('"');
  });

  test('reaches its least length all the same', () => {
    expect(next({ type: 'string', minLength: 20 }, `"${'a'.repeat(19)}`)).not.toContain('"');
    expect(next({ type: 'string', minLength: 20 }, `"${'a'.repeat(20)}`)).toBe('"');
  });

  test.each(['10000000', 'ha ha ha!', '......', 'the door, the door, the door', '1, 2, 1, 2, 1, 2', 'A man walks in. A man walks in. A man walks in.'])('may say %s', (text) => {
    expect(next({ type: 'string' }, `"${text}`)).toContain('x');
  });
});

describe('an array', () => {
  const event = (text: string, start: number): string => `{"event": "${text}", "start": ${start}, "end": 9}`;

  test('ends after an item that says what an earlier one said', () => {
    expect(next(EVENTS_SCHEMA, `[${event('a', 1)}, ${event('a', 2)}`)).toBe(',]');
    expect(next(EVENTS_SCHEMA, `[${event('a', 1)}, ${event('a', 1)}`)).toBe(']');
    expect(next(EVENTS_SCHEMA, `[${event('a', 1)}, ${event('b', 1)},${event('a', 1)}`)).toBe(']');
    expect(next({ type: 'array', items: { type: 'string' } }, '["on", "off", "on"')).toBe(']');
  });

  test('of fixed values or numbers ends when these run on', () => {
    const schema: JsonSchema = { type: 'array', items: { type: 'boolean' } };
    expect(next(schema, `[${Array(15).fill('true').join()}`)).toBe(',]');
    expect(next(schema, `[${Array(16).fill('true').join()}`)).toBe(']');
    expect(next(schema, `[${Array(8).fill('true, false').join()}`)).toBe(']');
    expect(next({ type: 'array', items: { type: 'object', properties: { sure: { type: 'boolean' } } } }, '[{"sure": true}, {"sure": true}')).toBe(',]');
    // a number may go on as long as it is the last
    expect(next({ type: 'array', items: { type: 'integer' } }, `[${Array(16).fill('1').join()}`)).toBe('0123456789]');
  });

  test('within another is judged by itself', () => {
    const schema: JsonSchema = { type: 'array', items: { type: 'array', items: { type: 'string' } } };
    expect(next(schema, '[["a"], ["b", "a"')).toBe(',]');
    expect(next(schema, '[["a", "a"')).toBe(']');
    expect(next(schema, '[["a", "a"], ["a"')).toBe(',]');
    expect(next(schema, '[["a"], ["a"]')).toBe(']');
  });
});

import { describe, expect, test } from 'vitest';
import { EVENTS_SCHEMA, parseAnswer, plainText } from '../../src/infer/answer.ts';
import { compileGrammar } from '../../src/qwen3vl/grammar/grammar.ts';

describe('parseAnswer', () => {
  test('gives events with their seconds and their place in the text', () => {
    const text = '[{"event": "a person in red picks up the phone", "start": 1.2, "end": 2.4}, {"event": "the light goes off", "start": 3, "end": 3.1}]';
    const events = parseAnswer(text);
    expect(events.map((e) => [e.event, e.start, e.end])).toEqual([
      ['a person in red picks up the phone', 1.2, 2.4],
      ['the light goes off', 3, 3.1],
    ]);
    expect(events.map((e) => text.slice(e.from, e.to))).toEqual(events.map((e) => e.event));
  });

  test('keeps the whole events of an answer that was cut short', () => {
    expect(parseAnswer('[{"event": "a", "start": 0, "end": 1}, {"event": "b", "sta').map((e) => e.event)).toEqual(['a']);
    expect(parseAnswer('[{"event": "a {brace} and \\"quote\\"", "start": 0, "end": 1}, {').map((e) => e.event)).toEqual(['a {brace} and "quote"']);
  });

  test.each([
    ['no JSON at all', 'Nothing happens.'],
    ['an empty list', '[]'],
    ['a negative start', '[{"event": "a", "start": -1, "end": 1}]'],
    ['seconds as text', '[{"event": "a", "start": "0", "end": 1}]'],
    ['a text of spaces', '[{"event": "  ", "start": 0, "end": 1}]'],
    ['a broken object', '[{"event": "a", "start": 0, "end": 1,,}]'],
  ])('leaves out %s', (_name, text) => {
    expect(parseAnswer(text)).toEqual([]);
  });

  test('believes the start of what ends before it', () => {
    expect(parseAnswer('[{"event": "a", "start": 2, "end": 1.8}]')).toMatchObject([{ start: 2, end: 2 }]);
  });

  test('takes control characters out of what the model wrote', () => {
    expect(parseAnswer('[{"event": "a\\u001b[31m red\\u202e\\nsign", "start": 0, "end": 1}]')[0]?.event).toBe('a [31m red sign');
    expect(plainText(' 有人\t拿起电话 ')).toBe('有人 拿起电话');
  });

  test('the schema admits what the demo checkpoint was taught to write', () => {
    const grammar = compileGrammar(EVENTS_SCHEMA);
    const state = grammar.advance(grammar.start(), '[{"event": "a person in red picks up the phone", "start": 1.2, "end": 2.4}]');
    expect(state !== null && grammar.mustStop(state)).toBe(true);
  });
});

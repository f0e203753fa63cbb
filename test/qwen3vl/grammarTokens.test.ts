import { describe, expect, test } from 'vitest';
import { EVENTS_SCHEMA } from '../../src/infer/answer.ts';
import { chooseFreely, chooseWithin } from '../../src/qwen3vl/grammar/choose.ts';
import { compileGrammar } from '../../src/qwen3vl/grammar/grammar.ts';
import type { Grammar, GrammarState } from '../../src/qwen3vl/grammar/grammar.ts';
import { TokenTrie } from '../../src/qwen3vl/grammar/tokens.ts';
import type { Vocabulary } from './grammarCases.ts';
import { ANSWER, MIXED, YES_NO, byteTokenizer, demoTokenizer, random } from './grammarCases.ts';

/** By the definition: of all allowed tokens the most probable, of equals the first. */
function plainly(logits: Float32Array, grammar: Grammar, state: GrammarState, { tokenizer, stops }: Vocabulary): number | undefined {
  const order = [...logits.keys()].sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b);
  return order.find((token) => {
    if (stops.has(token)) return grammar.done(state);
    const bytes = tokenizer.bytes(token);
    return bytes.length > 0 && grammar.advance(state, bytes) !== null;
  });
}

function softmax(logits: Float32Array, token: number): number {
  const top = Math.max(...logits);
  return Math.exp((logits[token] ?? 0) - top) / logits.reduce((sum, v) => sum + Math.exp(v - top), 0);
}

/** Logits of several kinds: any, few values (many equals), steep, all the same, most of them impossible. */
function anyLogits(size: number, kind: number, next: () => number): Float32Array {
  return Float32Array.from({ length: size }, () => {
    if (kind === 1) return Math.floor(next() * 4);
    if (kind === 2) return 200 * next() ** 8;
    if (kind === 3) return 1;
    return kind === 4 && next() < 0.98 ? -Infinity : 10 * next();
  });
}

describe.each([
  ["the demo's tokenizer", demoTokenizer],
  ['tokens that split characters', byteTokenizer],
])('the choice over %s', (_name, vocabularyOf) => {
  const vocabulary = vocabularyOf();
  const { tokenizer, stops, size } = vocabulary;

  test('is the most probable allowed token, and as probable as among all', () => {
    for (const [i, schema] of [EVENTS_SCHEMA, ANSWER, YES_NO, MIXED, { type: 'number' } as const].entries()) {
      const grammar = compileGrammar(schema);
      const next = random(i + 1);
      let state = grammar.start();
      for (let step = 0; step < 400; step++) {
        const logits = anyLogits(size, step % 5, next);
        const choice = chooseWithin(logits, grammar, state, tokenizer, stops);
        expect(choice?.token, `step ${step}`).toBe(plainly(logits, grammar, state, vocabulary));
        if (!choice?.state) throw new Error('nothing is allowed');
        expect(choice.probability).toBeCloseTo(softmax(logits, choice.token), 7);
        state = grammar.mustStop(choice.state) || stops.has(choice.token) ? grammar.start() : choice.state;
      }
    }
  });

  test('is a stop token once the text is whole', () => {
    const grammar = compileGrammar(YES_NO);
    const end = grammar.advance(grammar.start(), '"yes"');
    if (!end) throw new Error('refused');
    const logits = Float32Array.from({ length: size }, (_, i) => -i);
    expect(chooseWithin(logits, grammar, end, tokenizer, stops)?.token).toBe(Math.min(...stops));
    expect(chooseWithin(logits, grammar, end, tokenizer, new Set([size + 7]))).toBeUndefined();
    expect(chooseWithin(logits, grammar, end, tokenizer, new Set())).toBeUndefined();
  });

  test('is allowed whatever the logits hold', () => {
    const grammar = compileGrammar(EVENTS_SCHEMA);
    for (const value of [NaN, -Infinity, 0]) {
      const choice = chooseWithin(new Float32Array(size).fill(value), grammar, grammar.start(), tokenizer, stops);
      expect(choice?.state).toBeDefined();
    }
    const holes = Float32Array.from({ length: size }, (_, i) => (i % 3 === 0 ? NaN : i));
    const choice = chooseWithin(holes, grammar, grammar.start(), tokenizer, stops);
    expect(choice?.token).toBe(plainly(holes.map((v) => (Number.isNaN(v) ? -Infinity : v)), grammar, grammar.start(), vocabulary));
  });

  test('goes by the shortest way where few tokens are left, and not before', () => {
    const grammar = compileGrammar(EVENTS_SCHEMA);
    const within = grammar.advance(grammar.start(), '[{"event": "a person');
    if (!within) throw new Error('refused');
    const logits = new Float32Array(size);
    const letter = tokenizer.encode('s')[0] ?? 0;
    logits[letter] = 9;
    const end = new TokenTrie(tokenizer, size).shortest(within, stops) ?? [];
    expect(end.at(-1)?.state.done).toBe(true);
    expect(chooseWithin(logits, grammar, within, tokenizer, stops, end.length + 1)).toMatchObject({ token: letter });
    expect(chooseWithin(logits, grammar, within, tokenizer, stops, end.length + 1)).not.toHaveProperty('hurried');
    expect(chooseWithin(logits, grammar, within, tokenizer, stops, end.length)).toMatchObject({ token: end[0]?.token, hurried: true });
    // too late for any end: the text is cut in any case
    expect(chooseWithin(logits, grammar, within, tokenizer, stops, end.length - 1)).toMatchObject({ token: letter });
  });
});

test('the free choice is the first of the most probable', () => {
  expect(chooseFreely(Float32Array.of(1, 3, 3, 2))).toMatchObject({ token: 1, probability: expect.closeTo(0.3995, 3) });
});

test('tokens of one spelling are told apart by their logits', () => {
  const { tokenizer, stops, size } = byteTokenizer();
  const trie = new TokenTrie(tokenizer, size);
  const grammar = compileGrammar(EVENTS_SCHEMA);
  const open = grammar.advance(grammar.start(), '[');
  if (!open) throw new Error('refused');
  const bracket = 0x5d;
  const twin = Math.max(...stops) + 1;
  expect(tokenizer.bytes(twin)).toEqual(tokenizer.bytes(bracket));
  const logits = new Float32Array(size).fill(-1);
  logits[bracket] = logits[twin] = 4;
  expect(trie.best(logits, open, stops)).toMatchObject({ token: bracket });
  logits[twin] = 5;
  expect(trie.best(logits, open, stops)).toMatchObject({ token: twin });
  expect(trie.best(logits, open, new Set([twin]))).toMatchObject({ token: bracket });
  expect(trie.shortest(open, new Set([bracket]))).toMatchObject([{ token: twin }]);
  expect(trie.best(logits, open, stops, 10)).toBe('many');
});

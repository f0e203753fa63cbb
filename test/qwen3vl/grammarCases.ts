import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { EVENTS_SCHEMA } from '../../src/infer/answer.ts';
import { chooseWithin } from '../../src/qwen3vl/grammar/choose.ts';
import { readCheckpoint } from '../../src/qwen3vl/checkpoint/checkpoint.ts';
import { compileGrammar } from '../../src/qwen3vl/grammar/grammar.ts';
import type { GrammarState, JsonSchema } from '../../src/qwen3vl/grammar/grammar.ts';
import { QwenTokenizer } from '../../src/qwen3vl/decode/tokenizer.ts';

/** A small generator of its own, so that a failing seed can be run again (mulberry32). */
export function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const ANSWER: JsonSchema = { type: 'object', properties: { answer: { type: 'string', minLength: 1, maxLength: 200 }, events: EVENTS_SCHEMA } };
export const YES_NO: JsonSchema = { type: 'string', enum: ['yes', 'no'] };
export const MIXED: JsonSchema = {
  type: 'array',
  maxItems: 5,
  items: {
    type: 'object',
    properties: {
      count: { type: 'integer', minimum: 0 },
      offset: { type: 'integer' },
      nothing: { type: 'null' },
      sure: { type: 'boolean' },
      grid: { type: 'array', maxItems: 3, items: { type: 'array', maxItems: 3, items: { type: 'number' } } },
      tags: { type: 'array', maxItems: 4, items: { type: 'string', minLength: 2, maxLength: 9 } },
      inner: { type: 'object', properties: { 'a "quoted" näme': { type: 'string', enum: ['on', 'off', '关'] }, empty: { type: 'object', properties: {} } } },
    },
  },
};

/** Throws where `text` is not JSON of the schema, to which only the schema's own properties belong, all of them. */
export function validator(schema: JsonSchema): (text: string) => void {
  const ajv = new Ajv({ allErrors: true });
  const validate = ajv.compile(closed(schema));
  return (text) => {
    if (!validate(JSON.parse(text))) throw new Error(`${ajv.errorsText(validate.errors)}: ${text}`);
  };
}

function closed(schema: JsonSchema): object {
  if (schema.type === 'array') return { ...schema, items: closed(schema.items) };
  if (schema.type !== 'object') return schema;
  const properties = Object.fromEntries(Object.entries(schema.properties).map(([name, inner]) => [name, closed(inner)]));
  return { ...schema, properties, required: Object.keys(properties), additionalProperties: false };
}

const DEMO = fileURLToPath(new URL('../../models/demo', import.meta.url));
/** GPT-2's alphabet, as tokenizer.json has it. */
const ALPHABET = (() => {
  let extra = 0x100;
  return Array.from({ length: 256 }, (_, b) => String.fromCodePoint((b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae ? b : extra++));
})();
const MERGED = ['[{', '{"', '"event', '": "', '", "', ' "start', '": ', '}]', '}, {', ' person', '中', '\\u', '\\u00', '1.5', '0.', '.12', 'true', '[]', '",', ' "', '"}', '  ', '-1', 'null', '\n', '🐈', '猫が', 'é"', ' picks up', '[['];
/** pieces of characters, alone and with what may stand beside them */
const PIECES = [[0xe7, 0x8c], [0x8c, 0xab], [0xab, 0x22], [0x22, 0xe7], [0xf0, 0x9f], [0x9f, 0x90, 0x88], [0x88, 0x22, 0x2c], [0xc3, 0xa9, 0xc3], [0xed, 0xa0], [0xc0, 0x80], [0xc2, 0x9b], [0x20, 0xe4]];

const ADDED = { normalized: false, lstrip: false, rstrip: false, single_word: false };

export interface Vocabulary {
  readonly tokenizer: QwenTokenizer;
  /** logits per step */
  readonly size: number;
  readonly stops: ReadonlySet<number>;
}

export function demoTokenizer(): Vocabulary {
  const checkpoint = readCheckpoint(DEMO);
  const tokenizer = new QwenTokenizer(checkpoint);
  return { tokenizer, size: checkpoint.config.text.vocab, stops: new Set(checkpoint.stopTokens) };
}

/**
 * Every byte, some words, and tokens that begin or end within a character; then a stop token, one that is spelled like another,
 * and ids without text.
 */
export function byteTokenizer(): Vocabulary {
  const texts = [...Array.from({ length: 256 }, (_, b) => [b]), ...PIECES, ...MERGED.map((text) => [...new TextEncoder().encode(text)])];
  const vocab = Object.fromEntries(texts.map((bytes, id) => [bytes.map((b) => ALPHABET[b]).join(''), id]));
  const stop = texts.length;
  const spec = {
    model: { type: 'BPE', vocab, merges: [] },
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    decoder: { type: 'ByteLevel' },
    normalizer: null,
    post_processor: null,
    added_tokens: [
      { ...ADDED, id: stop, content: '<|im_end|>', special: true },
      { ...ADDED, id: stop + 1, content: ']', special: false },
    ],
  };
  const tokenizer = new QwenTokenizer({ ...readCheckpoint(DEMO), tokenizer: spec, tokenizerConfig: {} });
  return { tokenizer, size: texts.length + 6, stops: new Set([stop]) };
}

/** Random logits are cut from it: a million draws a second would be most of the test's time. */
const NOISE = (() => {
  const next = random(0);
  return Float32Array.from({ length: 2 ** 18 }, () => 8 * next());
})();

/** Decodes from random logits to the answer's end, or as far as `left` tokens go. */
export function randomAnswer(schema: JsonSchema, { tokenizer, size, stops }: Vocabulary, next: () => number, left = Infinity): { text: string; tokens: number } {
  const grammar = compileGrammar(schema);
  const bytes: Uint8Array[] = [];
  let state: GrammarState = grammar.start();
  while (!grammar.mustStop(state) && bytes.length < left) {
    const from = Math.floor(next() * (NOISE.length - size));
    const logits = NOISE.subarray(from, from + size);
    const choice = chooseWithin(logits, grammar, state, tokenizer, stops, left - bytes.length);
    if (!choice?.state) throw new Error(`nothing is allowed after ${Buffer.concat(bytes).toString()}`);
    if (stops.has(choice.token)) break;
    bytes.push(tokenizer.bytes(choice.token));
    state = choice.state;
  }
  return { text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(bytes)), tokens: bytes.length };
}

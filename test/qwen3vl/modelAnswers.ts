import { EVENTS_SCHEMA } from '../../src/infer/answer.ts';
import type { JsonSchema, Qwen3VL } from '../../src/qwen3vl/model.ts';
import { ANSWER, MIXED, YES_NO, random, validator } from './grammarCases.ts';

const SHORT: JsonSchema = {
  type: 'array',
  maxItems: 3,
  items: { type: 'object', properties: { event: { type: 'string', minLength: 1, maxLength: 16 }, start: { type: 'number', minimum: 0 }, end: { type: 'number', minimum: 0 } } },
};
const SHORT_ANSWER: JsonSchema = { type: 'object', properties: { answer: { type: 'string', maxLength: 40 }, events: SHORT } };
/** Weights of no sense fill what they may: mostly a little, so that a thousand answers take minutes. */
const SCHEMAS = [EVENTS_SCHEMA, SHORT, YES_NO, SHORT_ANSWER, MIXED, SHORT, YES_NO, SHORT_ANSWER, ANSWER, SHORT];
const WORDS = ['who', 'falls', 'list', 'the', 'phone', 'door', '人', 'yes', '{', '"event"', '7', '…'];

/** Asks a model for `count` answers, to another prompt each, and throws at the first that is not whole and valid. */
export async function checkAnswers(model: Qwen3VL, count: number): Promise<{ valid: number; different: number; tokens: number }> {
  const checks = SCHEMAS.map(validator);
  const texts = new Set<string>();
  let tokens = 0;
  for (let i = 0; i < count; i++) {
    const next = random(i);
    const prompt = Array.from({ length: 6 }, () => WORDS[Math.floor(next() * WORDS.length)]).join(' ');
    const result = await model.generate({ prompt: `${prompt} ${i}`, maxTokens: 3500, schema: SCHEMAS[i % SCHEMAS.length] ?? YES_NO });
    if (result.finish !== 'stop') throw new Error(`${prompt} ${i}: not ended after ${result.tokens.length} tokens: ${result.text}`);
    checks[i % SCHEMAS.length]?.(result.text);
    texts.add(result.text);
    tokens += result.tokens.length;
  }
  return { valid: count, different: texts.size, tokens };
}

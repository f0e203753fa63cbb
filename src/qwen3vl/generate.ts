import { chooseFreely, chooseWithin } from './choose.ts';
import type { Choice } from './choose.ts';
import type { Decoder } from './decoder.ts';
import type { Grammar } from './grammar.ts';
import type { KvCache } from './kvCache.ts';
import type { QwenTokenizer } from './tokenizer.ts';

export interface Answer {
  readonly text: string;
  readonly tokens: number[];
  /** of each token, among all tokens */
  readonly probabilities: number[];
  /** text of each token; where a character is spread over several, the last of them has it */
  readonly pieces: string[];
  readonly finish: 'stop' | 'length';
}

export interface AnswerOptions {
  readonly maxTokens: number;
  readonly grammar: Grammar | undefined;
  readonly stops: ReadonlySet<number>;
  readonly tokenizer: QwenTokenizer;
}

/** Greedy decoding from the logits after a prompt, whose next position is `position`. The stop token is not part of the answer. */
export async function answer(decoder: Decoder, cache: KvCache, first: Float32Array, position: number, options: AnswerOptions): Promise<Answer> {
  const { grammar, stops, tokenizer, maxTokens } = options;
  const utf8 = new TextDecoder();
  const out = { tokens: [] as number[], probabilities: [] as number[], pieces: [] as string[] };
  let finish: Answer['finish'] = 'length';
  let logits = first;
  let state = grammar?.start();
  while (out.tokens.length < maxTokens) {
    const choice: Choice | undefined = grammar && state ? chooseWithin(logits, grammar, state, tokenizer, stops) : chooseFreely(logits);
    if (!choice) break;
    if (stops.has(choice.token)) {
      finish = 'stop';
      break;
    }
    state = choice.state;
    out.tokens.push(choice.token);
    out.probabilities.push(choice.probability);
    out.pieces.push(utf8.decode(tokenizer.bytes(choice.token), { stream: true }));
    if (grammar && state && grammar.mustStop(state)) {
      finish = 'stop';
      break;
    }
    if (out.tokens.length < maxTokens) logits = await decoder.step(choice.token, position + out.tokens.length - 1, cache);
  }
  return { ...out, text: out.pieces.join('') + utf8.decode(), finish };
}

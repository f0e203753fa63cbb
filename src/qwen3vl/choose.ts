import type { Grammar, GrammarState } from './grammar.ts';
import type { QwenTokenizer } from './tokenizer.ts';

export interface Choice {
  readonly token: number;
  /** of all tokens, allowed or not */
  readonly probability: number;
  /** where a grammar holds the answer: the state after the token */
  readonly state: GrammarState | undefined;
}

/** Refused tokens after which the rest are sorted once, rather than searched for the next best again and again. */
const PATIENCE = 16;

/** The most probable token. */
export function chooseFreely(logits: Float32Array): Choice {
  const token = argmax(logits);
  return { token, probability: probabilityOf(logits, token), state: undefined };
}

/**
 * The most probable token that the grammar allows from `state`, or a stop token where the text may end. Undefined where the
 * tokenizer has no allowed token.
 */
export function chooseWithin(logits: Float32Array, grammar: Grammar, state: GrammarState, tokenizer: QwenTokenizer, stops: ReadonlySet<number>): Choice | undefined {
  const mayStop = grammar.done(state);
  for (const token of byProbability(logits)) {
    if (stops.has(token)) {
      if (mayStop) return { token, probability: probabilityOf(logits, token), state };
      continue;
    }
    const bytes = tokenizer.bytes(token);
    const next = bytes.length === 0 ? null : grammar.advance(state, bytes);
    if (next !== null) return { token, probability: probabilityOf(logits, token), state: next };
  }
  return undefined;
}

/** Token ids, the most probable first; lazily, since the first is nearly always taken. */
function* byProbability(logits: Float32Array): Generator<number> {
  const left = logits.slice();
  for (let i = 0; i < PATIENCE; i++) {
    const token = argmax(left);
    yield token;
    left[token] = -Infinity;
  }
  const rest = Uint32Array.from(left.keys()).filter((token) => left[token] !== -Infinity);
  yield* rest.sort((a, b) => (left[b] as number) - (left[a] as number));
}

/** The first of the largest, as torch's argmax has it. */
export function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}

/** Softmax of `logits` at `token`. */
export function probabilityOf(logits: Float32Array, token: number): number {
  const top = logits[argmax(logits)] as number;
  let sum = 0;
  for (const value of logits) sum += Math.exp(value - top);
  return Math.exp((logits[token] as number) - top) / sum;
}

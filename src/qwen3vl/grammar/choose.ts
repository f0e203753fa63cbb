import type { Grammar, GrammarState } from './grammar.ts';
import { tokenTrie } from './tokens.ts';
import type { Allowed } from './tokens.ts';
import { argmax, largest, precedes, probabilityOf } from './logits.ts';
import type { Draw } from '../decode/sampling.ts';
import type { QwenTokenizer } from '../decode/tokenizer.ts';

export { argmax } from './logits.ts';

export interface Choice {
  readonly token: number;
  /** of all tokens, allowed or not */
  readonly probability: number;
  /** where a grammar holds the answer: the state after the token */
  readonly state: GrammarState | undefined;
  /** too few tokens were left for what the model would have said: this one leads to the text's end by the shortest way */
  readonly hurried?: true;
}

/** Nodes of the vocabulary to look at for allowed tokens; where there are more, many tokens are allowed, and a likely one is. */
const FEW = 1024;
/** Likely tokens that are tried before the whole vocabulary is gone through. */
const LIKELY = 256;

/** Drawn tokens that a grammar refuses, one after another, before the most probable one that it allows is taken. */
const DRAWN = 64;

/** The most probable token, or one that is drawn. */
export function chooseFreely(logits: Float32Array, draw?: Draw): Choice {
  const most = argmax(logits);
  const [token = most] = draw ? first(draw(logits), 1) : [];
  return { token, probability: probabilityOf(logits, token, most), state: undefined };
}

/**
 * The most probable token that the grammar allows from `state`, the first of equals, or a stop token where the text may end; or one
 * that is drawn of those allowed.
 * Undefined where the tokenizer has no allowed token.
 *
 * `left` is how many tokens may still be written, this one included. Where they would not suffice to end the text after that
 * token, but do from here, the first token of the shortest end is chosen instead: so the text is whole however few they are.
 */
export function chooseWithin(
  logits: Float32Array,
  grammar: Grammar,
  state: GrammarState,
  tokenizer: QwenTokenizer,
  stops: ReadonlySet<number>,
  left = Infinity,
  draw?: Draw,
): Choice | undefined {
  const asked = { logits, grammar, state, tokenizer, stops };
  const most = argmax(logits);
  const allowed = (draw && drawnAllowed(asked, draw)) ?? bestAllowed(asked, most);
  const hurried = allowed && left < Infinity ? towardsTheEnd(asked, allowed, left) : undefined;
  const chosen = hurried ?? allowed;
  if (!chosen) return undefined;
  const probability = probabilityOf(logits, chosen.token, most);
  return hurried ? { ...chosen, probability, hurried: true } : { ...chosen, probability };
}

interface Asked {
  readonly logits: Float32Array;
  readonly grammar: Grammar;
  readonly state: GrammarState;
  readonly tokenizer: QwenTokenizer;
  readonly stops: ReadonlySet<number>;
}

/** Drawing again where a token is refused is drawing among those that are allowed. */
function drawnAllowed(asked: Asked, draw: Draw): Allowed | undefined {
  for (const token of first(draw(asked.logits), DRAWN)) {
    const allowed = tried(asked, token);
    if (allowed) return allowed;
  }
  return undefined;
}

function* first<T>(all: Iterable<T>, most: number): Generator<T> {
  let count = 0;
  for (const one of all) {
    yield one;
    if (++count >= most) return;
  }
}

/** `most` is the most probable token of all, which nearly always is allowed. */
function bestAllowed(asked: Asked, most: number): Allowed | undefined {
  const { logits, state, tokenizer, stops } = asked;
  const top = tried(asked, most);
  if (top) return top;
  const trie = tokenTrie(tokenizer, logits.length);
  const few = trie.best(logits, state, stops, FEW);
  if (few !== 'many') return orStop(asked, few);
  for (const token of largest(logits, LIKELY)) {
    const likely = tried(asked, token);
    if (likely) return likely;
  }
  const any = trie.best(logits, state, stops);
  return orStop(asked, any === 'many' ? undefined : any);
}

function tried({ grammar, state, tokenizer, stops }: Asked, token: number): Allowed | undefined {
  if (stops.has(token)) return grammar.done(state) ? { token, state } : undefined;
  const bytes = tokenizer.bytes(token);
  const after = bytes.length === 0 ? null : grammar.advance(state, bytes);
  return after === null ? undefined : { token, state: after };
}

/** The better one of a token of text and the stop tokens. */
function orStop({ logits, grammar, state, stops }: Asked, text: Allowed | undefined): Allowed | undefined {
  if (!grammar.done(state)) return text;
  let best = text;
  for (const token of stops) {
    if (token < logits.length && (!best || precedes(logits, token, best.token))) best = { token, state };
  }
  return best;
}

/** The first token of the shortest end, where there is room for that end, but none for one after `allowed`. */
function towardsTheEnd({ logits, state, tokenizer, stops }: Asked, allowed: Allowed, left: number): Allowed | undefined {
  const trie = tokenTrie(tokenizer, logits.length);
  const after = trie.shortest(allowed.state, stops);
  if (after && after.length < left) return undefined;
  const now = trie.shortest(state, stops);
  return now && now.length <= left ? now[0] : undefined;
}

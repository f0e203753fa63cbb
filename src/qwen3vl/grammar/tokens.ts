import type { ByteState } from './state.ts';
import { precedes } from './logits.ts';
import type { QwenTokenizer } from '../decode/tokenizer.ts';

/** A token and the state after it. */
export interface Allowed {
  readonly token: number;
  readonly state: ByteState;
}

const NONE = -1;

/**
 * A vocabulary's tokens by their bytes, so that those that a state allows are found without trying all: what begins with a
 * byte that is not allowed is passed over in one step. Nodes stand in preorder, in flat arrays; some 12 bytes per node.
 */
export class TokenTrie {
  readonly size: number;
  readonly #bytes: Uint8Array;
  /** bytes on the way to the node, its own included */
  readonly #depths: Uint16Array;
  /** the first node that is not below this one */
  readonly #skip: Uint32Array;
  /** the first token that ends at the node */
  readonly #tokens: Int32Array;
  /** the next token of the same bytes, by token */
  readonly #twins: Int32Array;

  /** Tokens 0 to `size` - 1; those without text are in no node. */
  constructor(tokenizer: QwenTokenizer, size: number) {
    this.size = size;
    const spelled = Array.from({ length: size }, (_, token) => ({ token, text: Buffer.from(tokenizer.bytes(token)).toString('latin1') })).filter(({ text }) => text !== '');
    spelled.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : a.token - b.token));
    const nodes = spelled.reduce((sum, { text }, i) => sum + text.length - common(spelled[i - 1]?.text ?? '', text), 0);
    this.#bytes = new Uint8Array(nodes);
    this.#depths = new Uint16Array(nodes);
    this.#skip = new Uint32Array(nodes).fill(nodes);
    this.#tokens = new Int32Array(nodes).fill(NONE);
    this.#twins = new Int32Array(size).fill(NONE);
    this.#fill(spelled);
  }

  #fill(spelled: readonly { token: number; text: string }[]): void {
    const open: number[] = [];
    let node = 0;
    let last = { token: NONE, text: '' };
    for (const now of spelled) {
      const { token, text } = now;
      if (text === last.text) this.#twins[last.token] = token;
      const shared = common(last.text, text);
      for (const closed of open.splice(shared)) this.#skip[closed] = node;
      for (let depth = shared; depth < text.length; depth++, node++) {
        this.#bytes[node] = text.charCodeAt(depth);
        this.#depths[node] = depth + 1;
        open.push(node);
        if (depth + 1 === text.length) this.#tokens[node] = token;
      }
      last = now;
    }
  }

  /**
   * The allowed token of the largest logit, the first of equals; `stops` stand for no text. 'many' where more than `patience`
   * nodes would have to be looked at.
   */
  best(logits: Float32Array, from: ByteState, stops: ReadonlySet<number>, patience = Infinity): Allowed | 'many' | undefined {
    const states: ByteState[] = [from];
    let best: Allowed | undefined;
    let looked = 0;
    for (let node = 0; node < this.#bytes.length; ) {
      if (++looked > patience) return 'many';
      const depth = this.#depths[node] as number;
      const state = (states[depth - 1] as ByteState).step(this.#bytes[node] as number);
      if (state === null) {
        node = this.#skip[node] as number;
        continue;
      }
      states[depth] = state;
      for (let token = this.#tokens[node] as number; token !== NONE; token = this.#twins[token] as number) {
        if (!stops.has(token) && (!best || precedes(logits, token, best.token))) best = { token, state };
      }
      node++;
    }
    return best;
  }

  /** Tokens of the shortest way to the text's end, the longest that fit; undefined where the vocabulary cannot write it. */
  shortest(from: ByteState, stops: ReadonlySet<number>): Allowed[] | undefined {
    const tokens: Allowed[] = [];
    for (let state = from; !state.done; ) {
      const longest = this.#longest(state, stops);
      if (!longest) return undefined;
      tokens.push(longest);
      state = longest.state;
    }
    return tokens;
  }

  #longest(from: ByteState, stops: ReadonlySet<number>): Allowed | undefined {
    let longest: Allowed | undefined;
    let state: ByteState | null = from;
    for (let node = 0, end = this.#bytes.length; node < end && state && !state.done; ) {
      const byte: number = state.shortest;
      if (this.#bytes[node] !== byte) {
        node = this.#skip[node] as number;
        continue;
      }
      state = state.step(byte);
      let token = this.#tokens[node] as number;
      while (token !== NONE && stops.has(token)) token = this.#twins[token] as number;
      if (token !== NONE && state) longest = { token, state };
      end = this.#skip[node] as number;
      node++;
    }
    return longest;
  }
}

/** How many characters both begin with. */
function common(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
}

const tries = new WeakMap<QwenTokenizer, TokenTrie>();

/** The trie of a tokenizer's first `size` tokens; built once, a second or so for 150,000. */
export function tokenTrie(tokenizer: QwenTokenizer, size: number): TokenTrie {
  let trie = tries.get(tokenizer);
  if (trie?.size !== size) {
    trie = new TokenTrie(tokenizer, size);
    tries.set(tokenizer, trie);
  }
  return trie;
}

import { largest } from '../grammar/logits.ts';
import type { Watch } from './generate.ts';
import type { QwenTokenizer } from './tokenizer.ts';

/** A token and how likely it was among all. */
export interface LikelyToken {
  /** UTF-8, maybe of a part of a character */
  readonly bytes: Uint8Array;
  readonly probability: number;
}

export interface ToldToken extends LikelyToken {
  /** the likeliest tokens in its place, the likeliest first */
  readonly top: readonly LikelyToken[];
}

/** A piece of an answer as it is written, and its tokens where they are wanted. */
export interface ToldPiece {
  readonly text: string;
  readonly tokens: readonly ToldToken[];
}

export interface TellingOptions {
  readonly tokenizer: QwenTokenizer;
  /** texts that end the answer and are no part of it */
  readonly stop: readonly string[];
  /** how many of the likeliest tokens are told of each; undefined: tokens are not told */
  readonly top: number | undefined;
  readonly told: (piece: ToldPiece) => void;
  readonly pause: () => Promise<void>;
}

/** Tells an answer as far as no stop text can begin in it any more. */
export class Telling implements Watch {
  readonly #opts: TellingOptions;
  readonly tokens: ToldToken[] = [];
  #held = '';
  #heldTokens: ToldToken[] = [];
  #text = '';

  constructor(opts: TellingOptions) {
    this.#opts = opts;
  }

  get text(): string {
    return this.#text;
  }

  took(token: number, piece: string, probability: number, logits: Float32Array): boolean {
    const { stop, top, tokenizer } = this.#opts;
    if (top !== undefined) {
      const of = (id: number): number => probability * Math.exp((logits[id] as number) - (logits[token] as number));
      const likeliest = top === 0 ? [] : largest(logits, top).map((id) => ({ bytes: tokenizer.bytes(id), probability: of(id) }));
      this.#heldTokens.push({ bytes: tokenizer.bytes(token), probability, top: likeliest });
    }
    this.#held += piece;
    const ends = stop.map((text) => this.#held.indexOf(text)).filter((at) => at >= 0);
    if (ends.length > 0) {
      this.#held = this.#held.slice(0, Math.min(...ends));
      return false;
    }
    this.#tell(this.#held.length - Math.max(0, ...stop.map((text) => overlap(this.#held, text))));
    return true;
  }

  pause(): Promise<void> {
    return this.#opts.pause();
  }

  /** Nothing more comes but what the last tokens left of a character. */
  end(rest: string): void {
    this.#held += rest;
    this.#tell(this.#held.length);
  }

  #tell(count: number): void {
    if (count <= 0) return;
    const text = this.#held.slice(0, count);
    this.#held = this.#held.slice(count);
    const tokens = this.#heldTokens;
    this.#heldTokens = [];
    this.#text += text;
    this.tokens.push(...tokens);
    this.#opts.told({ text, tokens });
  }
}

/** How many of the last characters of `text` may be the first ones of `stop`. */
function overlap(text: string, stop: string): number {
  for (let count = Math.min(text.length, stop.length - 1); count > 0; count--) if (stop.startsWith(text.slice(-count))) return count;
  return 0;
}

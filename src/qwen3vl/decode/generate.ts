import { chooseFreely, chooseWithin } from '../grammar/choose.ts';
import type { Choice } from '../grammar/choose.ts';
import type { Decoder } from './decoder.ts';
import { Draft } from './draft.ts';
import type { Grammar, GrammarState } from '../grammar/grammar.ts';
import type { KvCache } from '../device/kvCache.ts';
import type { Draw } from './sampling.ts';
import type { QwenTokenizer } from './tokenizer.ts';

export interface Answer {
  readonly text: string;
  readonly tokens: number[];
  /** of each token, among all tokens */
  readonly probabilities: number[];
  /** text of each token; where a character is spread over several, the last of them has it */
  readonly pieces: string[];
  /** `length`: tokens ran out. Under a grammar the answer is whole all the same, if there was room for the shortest whole one. */
  readonly finish: 'stop' | 'length';
}

/** More than the shortest way to end any answer takes. */
const LAST = 48;

export interface AnswerOptions {
  readonly maxTokens: number;
  readonly grammar: Grammar | undefined;
  readonly stops: ReadonlySet<number>;
  readonly tokenizer: QwenTokenizer;
  /** earlier answers that this one may resemble, the likeliest first */
  readonly before: readonly (readonly number[])[];
  /** how tokens are drawn; undefined: the most probable one is taken */
  readonly draw?: Draw;
  /** tokens before the last ones, from which on a grammar's shortest end is thought of; 48 by default */
  readonly last?: number;
  readonly watch?: Watch;
}

/** Looks on while an answer is written. */
export interface Watch {
  /** A token was taken; `piece` is what it adds to the text. False: the answer ends with it. */
  took(token: number, piece: string, probability: number, logits: Float32Array): boolean;
  /** The decoder has run, and will again: others may have it meanwhile. */
  pause(): Promise<void>;
  /** the answer is over; `rest`: what is left of a character that was not finished */
  end(rest: string): void;
}

/**
 * Decoding from the logits after a prompt, whose next position is `position`. The stop token is not part of the answer.
 * Tokens that earlier answers suggest are looked at together in one run of the decoder, and those up to the first that the model
 * would not have chosen are taken.
 */
export async function answer(decoder: Decoder, cache: KvCache, first: Float32Array, position: number, options: AnswerOptions): Promise<Answer> {
  const writing = new Writing(options);
  const { tokens } = writing;
  const draft = new Draft(options.before);
  const prompted = cache.tokens.length;
  const rows = [first];
  let guesses: number[] = [];
  for (let logits = rows.shift(); logits && writing.take(logits); logits = rows.shift()) {
    if (writing.over) break;
    const token = tokens.at(-1) as number;
    const guess = guesses.shift();
    draft.saw(token, guess);
    if (guess === token) continue;
    rows.length = 0;
    await cache.keep(prompted + tokens.length - 1);
    guesses = draft.guess(tokens, options.maxTokens - tokens.length - 1);
    rows.push(...(await decoder.extend([token, ...guesses], position + tokens.length - 1, cache)));
    await options.watch?.pause();
  }
  await cache.keep(prompted + Math.max(0, writing.tokens.length - 1));
  return writing.answer();
}

/** The answer while it is written, token by token. */
class Writing {
  readonly tokens: number[] = [];
  readonly #probabilities: number[] = [];
  readonly #pieces: string[] = [];
  readonly #options: AnswerOptions;
  readonly #utf8 = new TextDecoder();
  #state: GrammarState | undefined;
  #finish: Answer['finish'] = 'length';
  #over: boolean;
  /** the end was brought on for want of tokens */
  #hurried = false;

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.#state = options.grammar?.start();
    this.#over = options.maxTokens <= 0;
  }

  /** nothing more is to come */
  get over(): boolean {
    return this.#over;
  }

  /** Takes the next token by its logits; false where the answer ends instead. */
  take(logits: Float32Array): boolean {
    const { grammar, stops, tokenizer, maxTokens, draw, watch } = this.#options;
    if (this.#over) return false;
    const choice: Choice | undefined = grammar && this.#state ? chooseWithin(logits, grammar, this.#state, tokenizer, stops, this.#left(), draw) : chooseFreely(logits, draw);
    if (!choice) return false;
    if (stops.has(choice.token)) {
      if (!this.#hurried) this.#finish = 'stop';
      return false;
    }
    this.#state = choice.state;
    this.tokens.push(choice.token);
    this.#probabilities.push(choice.probability);
    const piece = this.#utf8.decode(tokenizer.bytes(choice.token), { stream: true });
    this.#pieces.push(piece);
    this.#hurried ||= choice.hurried === true;
    const closed = grammar !== undefined && choice.state !== undefined && grammar.mustStop(choice.state);
    const ended = watch?.took(choice.token, piece, choice.probability, logits) === false;
    if ((closed && !this.#hurried) || ended) this.#finish = 'stop';
    this.#over = closed || ended || this.tokens.length >= maxTokens;
    return true;
  }

  /** Tokens that may still be written, where they are so few that the end has to be thought of. */
  #left(): number {
    const left = this.#options.maxTokens - this.tokens.length;
    return left <= (this.#options.last ?? LAST) ? left : Infinity;
  }

  answer(): Answer {
    const rest = this.#utf8.decode();
    const text = this.#pieces.join('') + rest;
    this.#options.watch?.end(rest);
    return { text, tokens: this.tokens, probabilities: this.#probabilities, pieces: this.#pieces, finish: this.#finish };
  }
}

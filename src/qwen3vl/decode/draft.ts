/** Tokens guessed at a time: as many again, and twice as many, each time all of them held; few after one that did not. */
const MOST = 32;
const FIRST = 16;
const LEAST = 4;
/** Tokens that must have come in the same order before, for what followed them then to be guessed again. */
const CONTEXT = 2;

/**
 * Guesses how an answer goes on from answers given before: rolling windows show the same happening again and again, and every
 * answer has the schema's brackets and keys in it. A guess costs little, since the decoder looks at many tokens nearly as fast as
 * at one, and a wrong one changes nothing: each token is checked against what the model itself would have said (speculative
 * decoding by lookup; greedy, so exact).
 *
 * The likeliest earlier answer is followed token by token. Where another token comes, it is taken to stand in that one's place (a
 * digit of a time that has moved on); where that does not hold either, the place is looked up by the last tokens.
 */
export class Draft {
  readonly #before: readonly (readonly number[])[];
  /** where in the likeliest earlier answer we are; undefined: lost */
  #at: number | undefined = 0;
  /** the last token was the one that stands there */
  #fitted = true;
  #most = FIRST;
  #guessed = false;

  /** `before`: earlier answers, the likeliest first. */
  constructor(before: readonly (readonly number[])[]) {
    this.#before = before;
  }

  /** The tokens that may follow `out`, the answer so far; at most `room` of them. */
  guess(out: readonly number[], room: number): number[] {
    const guess = this.#continuation(out).slice(0, Math.max(0, Math.min(room, this.#most)));
    this.#guessed = guess.length > 0;
    return guess;
  }

  /** Hears which token came, and which one had been guessed, if any. */
  saw(token: number, guess: number | undefined): void {
    if (guess !== undefined && guess !== token) this.#most = LEAST;
    else if (guess === undefined && this.#guessed) this.#most = Math.min(MOST, this.#most * 2);
    if (this.#at === undefined) return;
    const there = this.#before[0]?.[this.#at] === token;
    // two in a row that do not fit: this is no longer the same text
    this.#at = there || this.#fitted ? this.#at + 1 : undefined;
    this.#fitted = there;
  }

  #continuation(out: readonly number[]): readonly number[] {
    const [likeliest = [], ...others] = this.#before;
    if (this.#at !== undefined && this.#at < likeliest.length) return likeliest.slice(this.#at);
    this.#at = follow(likeliest, out);
    this.#fitted = true;
    if (this.#at !== undefined) return likeliest.slice(this.#at);
    // the answer itself says the same keys over and over
    for (const tokens of [out, ...others]) {
      const at = follow(tokens, out);
      if (at !== undefined) return tokens.slice(at);
    }
    return [];
  }
}

/** Where `tokens` goes on after the last tokens of `out`; the latest such place. */
function follow(tokens: readonly number[], out: readonly number[]): number | undefined {
  const tail = out.slice(-CONTEXT);
  if (tail.length < CONTEXT) return undefined;
  for (let end = tokens.length - 1; end >= CONTEXT; end--) {
    if (tail.every((token, i) => tokens[end - CONTEXT + i] === token)) return end;
  }
  return undefined;
}

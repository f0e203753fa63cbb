/** Tokens guessed at a time: while guesses hold, and after one that did not. */
const BOLD = 32;
const SHY = 8;
/** Tokens that must have come in the same order before, for what followed them then to be guessed again. */
const CONTEXT = 2;

/**
 * Guesses how an answer goes on from answers given before: rolling windows show the same happening again and again, and every
 * answer has the schema's brackets and keys in it. A guess costs little, since the decoder looks at many tokens nearly as fast as
 * at one, and a wrong one changes nothing: each token is checked against what the model itself would have said (speculative
 * decoding by lookup; greedy, so exact).
 */
export class Draft {
  readonly #before: readonly number[][];
  /** where in the latest earlier answer we are, as long as that is followed word by word */
  #at: number | undefined = 0;
  #bold = true;

  /** `before`: earlier answers, the likeliest first. */
  constructor(before: readonly (readonly number[])[]) {
    this.#before = before.map((tokens) => [...tokens]);
  }

  /** The tokens that may follow `out`, the answer so far; at most `room` of them. */
  guess(out: readonly number[], room: number): number[] {
    const most = Math.min(room, this.#bold ? BOLD : SHY);
    if (most <= 0) return [];
    if (this.#at !== undefined) return (this.#before[0] ?? []).slice(this.#at, this.#at + most);
    for (const [i, tokens] of this.#before.entries()) {
      const at = follow(tokens, out);
      if (at === undefined) continue;
      if (i === 0) this.#at = at;
      return tokens.slice(at, at + most);
    }
    return [];
  }

  /** Hears which token came and which one had been guessed, if any. */
  saw(token: number, guess: number | undefined): void {
    if (guess !== undefined) this.#bold = guess === token;
    if (this.#at === undefined) return;
    this.#at = this.#before[0]?.[this.#at] === token ? this.#at + 1 : undefined;
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

import type { ToldPiece } from '../qwen3vl/decode/telling.ts';

/** The pieces of an answer between who writes and who reads it: those that wait become one, so that they are no more than the answer. */
export class Pieces implements AsyncIterable<ToldPiece> {
  #waiting: ToldPiece | undefined;
  #over = false;
  #error: unknown;
  #wake: (() => void) | undefined;

  add(piece: ToldPiece): void {
    const { text, tokens } = this.#waiting ?? { text: '', tokens: [] };
    this.#waiting = { text: text + piece.text, tokens: [...tokens, ...piece.tokens] };
    this.#wake?.();
  }

  /** Nothing more comes; `error`: because of that. */
  end(error?: unknown): void {
    this.#over = true;
    this.#error = error;
    this.#wake?.();
  }

  /** Waits for the first piece, or the end. Throws the error where there is one and no piece. */
  async first(): Promise<void> {
    while (!this.#waiting && !this.#over) await new Promise<void>((resolve) => (this.#wake = resolve));
    if (!this.#waiting && this.#error !== undefined) throw this.#error;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ToldPiece, void, void> {
    for (;;) {
      await this.first();
      const piece = this.#waiting;
      this.#waiting = undefined;
      if (!piece) return;
      yield piece;
    }
  }
}

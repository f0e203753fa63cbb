/** Kept for a bad moment; more is not saved up. */
const RESERVE = 5;

/** What may be done beside the requests, as a share of them, so that trouble is not multiplied. */
export class Budget {
  readonly #share: number;
  #left: number;

  constructor(share: number) {
    this.#share = share;
    this.#left = share > 0 ? RESERVE : 0;
  }

  /** A request was made. */
  earn(): void {
    this.#left = Math.min(Math.max(this.#left, RESERVE), this.#left + this.#share);
  }

  get has(): boolean {
    return this.#left >= 1;
  }

  take(): boolean {
    if (!this.has) return false;
    this.#left--;
    return true;
  }
}

/** The last so many numbers, and where they lie. */
export class Recent {
  readonly #most: number;
  #values: number[] = [];
  #oldest = 0;
  #sorted: Float64Array | undefined;
  /** numbers taken since they were put in order */
  #unsorted = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get count(): number {
    return this.#values.length;
  }

  push(value: number): void {
    if (this.#values.length < this.#most) this.#values.push(value);
    else {
      this.#values[this.#oldest] = value;
      this.#oldest = (this.#oldest + 1) % this.#most;
    }
    this.#unsorted++;
  }

  values(): readonly number[] {
    return this.#values;
  }

  /** The value that this share of them (0..1) lies below, as of at most a 16th of them ago; 0 where there is none. */
  quantile(share: number): number {
    if (!this.#sorted || this.#unsorted * 16 > this.#values.length) {
      this.#sorted = Float64Array.from(this.#values).sort();
      this.#unsorted = 0;
    }
    return this.#sorted[Math.min(this.#sorted.length - 1, Math.floor(share * this.#sorted.length))] ?? 0;
  }
}

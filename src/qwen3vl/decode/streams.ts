import type { KvCache } from '../device/kvCache.ts';

/** Streams that are remembered at most, whatever their size. */
const MOST = 256;

/** What is kept of a rolling video between its windows. */
export interface StreamState {
  readonly cache: KvCache;
  /** the tokens of its latest answer */
  answer: readonly number[];
}

/** The rolling videos that the model looks at, least recently used forgotten first when their keys and values run over a bound. */
export class Streams {
  readonly #make: () => KvCache;
  readonly #maxBytes: number;
  readonly #states = new Map<string, StreamState>();
  #lent = 0;

  constructor(make: () => KvCache, maxBytes: number) {
    this.#make = make;
    this.#maxBytes = maxBytes;
  }

  get(name: string): StreamState {
    const state = this.#states.get(name) ?? { cache: this.#make(), answer: [] };
    // Map keeps insertion order: the newest use goes last
    this.#states.delete(name);
    this.#states.set(name, state);
    return state;
  }

  /** Lets go of a stream that no window follows in. */
  drop(name: string): void {
    this.#states.get(name)?.cache.dispose();
    this.#states.delete(name);
  }

  /** Of the bound, so many bytes are taken by somebody else. */
  lend(bytes: number): void {
    this.#lent = bytes;
    this.trim();
  }

  /** bytes that are left of the bound */
  get free(): number {
    return this.#maxBytes - this.#lent - this.#bytes();
  }

  #bytes(): number {
    return [...this.#states.values()].reduce((sum, { cache }) => sum + cache.bytes, 0);
  }

  /** Brings the memory back under its bound; the stream used last stays, be it larger than the bound. */
  trim(): void {
    let bytes = this.#bytes();
    for (const [name, { cache }] of this.#states) {
      if (this.#states.size === 1 || (bytes <= this.#maxBytes - this.#lent && this.#states.size <= MOST)) return;
      bytes -= cache.bytes;
      cache.dispose();
      this.#states.delete(name);
    }
  }

  clear(): void {
    for (const { cache } of this.#states.values()) cache.dispose();
    this.#states.clear();
  }
}

import { Tensor } from 'onnxruntime-node';
import type { TextConfig } from '../checkpoint/config.ts';
import { cachedHeadDim } from '../graph/decoderGraph.ts';

/**
 * Keys and values of the tokens that the decoder has seen. `tokens` names them, one number each: a text token's id, or a negative
 * number that names the pixels of a visual one. What is named alike, from the start on, has the same keys and values.
 */
export interface KvCache {
  readonly tokens: number[];
  /** what the keys and values take, in bytes */
  readonly bytes: number;
  /** Forgets all but the first `count` tokens. */
  keep(count: number): Promise<void>;
  /** Makes room for `total` tokens. */
  reserve(total: number): Promise<void> | void;
  inputs(): Record<string, Tensor>;
  /** where the graph shall write the new keys and values; null: wherever it likes */
  outputs(): Record<string, Tensor | null>;
  /** takes up what the graph wrote */
  store(outputs: Readonly<Record<string, Tensor>>): void;
  /** gives the memory back; the cache is empty after it */
  dispose(): void;
}

/** What one token's keys and values take, bytes. */
export function kvBytesPerToken(text: TextConfig): number {
  return text.layers * 2 * text.kvHeads * cachedHeadDim(text) * Float32Array.BYTES_PER_ELEMENT;
}

const GRANULE = 256;

/**
 * On the CPU: buffers with room to spare. The runtime's binding copies every output into fresh memory, a tensor that it was given for
 * the purpose included; so of each run only the new tokens' keys and values are taken, and put in their place here.
 */
export class InPlaceKvCache implements KvCache {
  readonly tokens: number[] = [];
  readonly #text: TextConfig;
  #tensors: readonly Tensor[] = [];
  #capacity = 0;

  constructor(text: TextConfig) {
    this.#text = text;
  }

  get bytes(): number {
    return this.#tensors.reduce((sum, { data }) => sum + (data as Float32Array).byteLength, 0);
  }

  keep(count: number): Promise<void> {
    this.tokens.length = Math.min(this.tokens.length, count);
    return Promise.resolve();
  }

  reserve(total: number): void {
    if (total <= this.#capacity) return;
    const { layers, kvHeads } = this.#text;
    const size = cachedHeadDim(this.#text);
    const capacity = Math.ceil(total / GRANULE) * GRANULE;
    const old = this.#tensors;
    const used = this.tokens.length * size;
    this.#tensors = Array.from({ length: layers * 2 }, (_, i) => {
      const data = new Float32Array(kvHeads * capacity * size);
      const from = old[i]?.data as Float32Array | undefined;
      for (let head = 0; head < kvHeads; head++) {
        const start = head * this.#capacity * size;
        if (from) data.set(from.subarray(start, start + used), head * capacity * size);
      }
      return new Tensor('float32', data, [1, kvHeads, capacity, size]);
    });
    this.#capacity = capacity;
  }

  inputs(): Record<string, Tensor> {
    return Object.fromEntries(this.#tensors.map((tensor, i) => [kvName(i), tensor]));
  }

  outputs(): Record<string, null> {
    return Object.fromEntries(this.#tensors.map((_, i) => [freshName(i), null]));
  }

  store(outputs: Readonly<Record<string, Tensor>>): void {
    for (const [i, { data }] of this.#tensors.entries()) this.#append(data as Float32Array, outputs[freshName(i)]?.data as Float32Array);
  }

  dispose(): void {
    this.tokens.length = 0;
    this.#tensors = [];
    this.#capacity = 0;
  }

  /** `fresh` [S, kvHeads, size] behind what `data` [kvHeads, capacity, size] holds. */
  #append(data: Float32Array, fresh: Float32Array): void {
    const { kvHeads } = this.#text;
    const size = cachedHeadDim(this.#text);
    const past = this.tokens.length;
    if (kvHeads === 1) {
      data.set(fresh, past * size);
      return;
    }
    for (let row = 0; row * kvHeads * size < fresh.length; row++) {
      for (let head = 0; head < kvHeads; head++) {
        const from = (row * kvHeads + head) * size;
        data.set(fresh.subarray(from, from + size), (head * this.#capacity + past + row) * size);
      }
    }
  }
}

function kvName(i: number): string {
  return `${i % 2 === 0 ? 'key' : 'value'}_${i >> 1}`;
}

function freshName(i: number): string {
  return `fresh_${kvName(i)}`;
}

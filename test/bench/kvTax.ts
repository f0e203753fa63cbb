import { Tensor } from 'onnxruntime-node';
import { readCheckpoint } from '../../src/qwen3vl/checkpoint/checkpoint.ts';
import { Decoder } from '../../src/qwen3vl/decode/decoder.ts';
import { cachedHeadDim, decoderGraph } from '../../src/qwen3vl/graph/decoderGraph.ts';
import { InPlaceKvCache } from '../../src/qwen3vl/device/kvCache.ts';
import type { KvCache } from '../../src/qwen3vl/device/kvCache.ts';
import type { TextConfig } from '../../src/qwen3vl/checkpoint/config.ts';
import { openWeights } from '../../src/qwen3vl/open.ts';
import { openSession } from '../../src/qwen3vl/device/session.ts';
import type { Task } from './task.ts';

/** ms of one step of decoding after `context` tokens, where keys and values stay put and where they come and go with each step. */
export interface KvTax {
  readonly context: number;
  readonly cacheMb: number;
  readonly inPlace: readonly number[];
  readonly roundTrip: readonly number[];
}

/** Tokens of the context: about those of a window of the size that the other measures show. */
const CONTEXT = 768;

export async function measureKvTax({ dir, threads, tokens }: Task): Promise<KvTax> {
  const { config } = readCheckpoint(dir);
  const weights = openWeights(dir);
  const source = { graph: decoderGraph(config, weights.graph, { fresh: true }), folder: weights.graph.folder, prepack: weights.prepack };
  const { session } = await openSession(source, 'cpu', threads, weights.small);
  const decoder = new Decoder(session, config, false);
  const ids = Array.from({ length: CONTEXT }, (_, i) => i % 200);
  const positions = Int32Array.from({ length: 3 * CONTEXT }, (_, i) => i % CONTEXT);
  const sides = [new InPlaceKvCache(config.text), new RoundTripKvCache(config.text)].map((cache) => ({ cache, times: [] as number[] }));
  for (const { cache } of sides) await decoder.prefill({ ids, positions, patches: [] }, cache, tokens + 1);
  // by turns, so that both find the same machine; the first step of each is slower by what it finds for the first time
  for (let i = 0; i <= tokens; i++) {
    for (const { cache, times } of sides) {
      const began = performance.now();
      await decoder.extend([i % 200], CONTEXT + i, cache);
      if (i > 0) times.push(performance.now() - began);
    }
  }
  await session.release();
  const { layers, kvHeads } = config.text;
  return { context: CONTEXT, cacheMb: (layers * 2 * kvHeads * cachedHeadDim(config.text) * CONTEXT * 4) / 2 ** 20, inPlace: sides[0]?.times ?? [], roundTrip: sides[1]?.times ?? [] };
}

/** What a graph with plain inputs and outputs comes to: each step's are copied into fresh memory of JavaScript's, and in again. */
class RoundTripKvCache implements KvCache {
  readonly tokens: number[] = [];
  readonly #names: readonly string[];
  #tensors: Record<string, Tensor>;

  constructor(text: TextConfig) {
    this.#names = Array.from({ length: text.layers }, (_, i) => [`key_${i}`, `value_${i}`]).flat();
    const dims = [1, text.kvHeads, 0, cachedHeadDim(text)];
    this.#tensors = Object.fromEntries(this.#names.map((name) => [name, new Tensor('float32', new Float32Array(0), dims)]));
  }

  get bytes(): number {
    return Object.values(this.#tensors).reduce((sum, { size }) => sum + size * 4, 0);
  }

  keep(): Promise<void> {
    return Promise.resolve();
  }

  reserve(): void {
    // each step's outputs are as large as they have to be
  }

  inputs(): Record<string, Tensor> {
    return this.#tensors;
  }

  outputs(): Record<string, null> {
    return Object.fromEntries(this.#names.map((name) => [`new_${name}`, null]));
  }

  store(outputs: Readonly<Record<string, Tensor>>): void {
    this.#tensors = Object.fromEntries(this.#names.map((name) => [name, outputs[`new_${name}`] as Tensor]));
  }

  dispose(): void {
    this.#tensors = {};
  }
}

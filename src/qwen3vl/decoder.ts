import { Tensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import type { Qwen3VLConfig } from './config.ts';
import type { PatchFeatures } from './featureCache.ts';
import type { KvCache } from './kvCache.ts';
import { cosSin } from './rope.ts';
import { StepInputs } from './stepInputs.ts';

/** Tokens that go through the decoder at once: bounds the memory that attention takes. */
const CHUNK = 512;

/** A prompt, tokenized and with its positions [3, ids.length]. `patches` hold the features of its visual tokens, in order. */
export interface Prompt {
  readonly ids: readonly number[];
  readonly positions: Int32Array;
  readonly patches: readonly PatchFeatures[];
}

/** Runs the decoder graph on top of a cache of keys and values. */
export class Decoder {
  readonly #session: InferenceSession;
  readonly #config: Qwen3VLConfig;
  readonly #deepstack: number;
  readonly #step: StepInputs;

  constructor(session: InferenceSession, config: Qwen3VLConfig) {
    this.#session = session;
    this.#config = config;
    this.#deepstack = Math.min(config.vision.taps.length, config.text.layers);
    this.#step = new StepInputs(config, this.#deepstack);
  }

  /**
   * Takes in a prompt and returns the logits [vocab] after its last token. Tokens that the cache already begins with are not
   * computed again.
   */
  async prefill(prompt: Prompt, cache: KvCache, room: number): Promise<Float32Array> {
    const names = tokenNames(prompt, this.#config.videoToken);
    // the last token always runs: its logits are wanted
    cache.keep(Math.min(commonPrefix(names, cache.tokens), names.length - 1));
    cache.reserve(names.length + room);
    let logits: Float32Array | undefined;
    for (let at = cache.tokens.length; at < names.length; at += CHUNK) {
      const end = Math.min(at + CHUNK, names.length);
      logits = await this.#run(this.#chunk(prompt, at, end), cache, names.slice(at, end));
    }
    return logits as Float32Array;
  }

  /** Takes in one token of the answer at `position` and returns the logits [vocab] after it. */
  step(token: number, position: number, cache: KvCache): Promise<Float32Array> {
    cache.reserve(cache.tokens.length + 1);
    return this.#run(this.#step.at(token, position), cache, [token]);
  }

  async #run(feeds: Record<string, Tensor>, cache: KvCache, names: readonly number[]): Promise<Float32Array> {
    const total = cache.tokens.length + names.length;
    const outputs = await this.#session.run(
      {
        ...feeds,
        ...cache.inputs(),
        past_last: new Tensor('int32', Int32Array.of(total - 1), [1]),
        total: new Tensor('int32', Int32Array.of(total), [1]),
      },
      { logits: null, ...cache.outputs() },
    );
    cache.store(outputs);
    cache.tokens.push(...names);
    return outputs['logits']?.data as Float32Array;
  }

  #chunk({ ids, positions, patches }: Prompt, from: number, to: number): Record<string, Tensor> {
    const { text, vision, videoToken } = this.#config;
    const count = to - from;
    const chunk = ids.slice(from, to);
    const rows = chunk.flatMap((id, i) => (id === videoToken && patches.length > 0 ? [BigInt(i)] : []));
    const skipped = ids.slice(0, from).filter((id) => id === videoToken).length;
    const gather = (of: (p: PatchFeatures) => Float32Array): Tensor =>
      new Tensor('float32', gatherRows(patches.map(of), skipped, rows.length, text.hidden), [rows.length, text.hidden]);
    const axes = Int32Array.from({ length: 3 * count }, (_, i) => positions[Math.floor(i / count) * ids.length + from + (i % count)] ?? 0);
    const { cos, sin } = cosSin(text.rope, axes, count);
    return {
      ids: new Tensor('int64', BigInt64Array.from(chunk, BigInt), [count]),
      visual: new Tensor('int64', BigInt64Array.from(rows), [rows.length, 1]),
      features: gather((p) => p.features),
      ...Object.fromEntries(vision.taps.slice(0, this.#deepstack).map((_, j) => [`deepstack_${j}`, gather((p) => p.deepstack[j] as Float32Array)])),
      cos: new Tensor('float32', cos, [count, text.headDim / 2]),
      sin: new Tensor('float32', sin, [count, text.headDim / 2]),
      wanted: new Tensor('int64', BigInt64Array.of(BigInt(count - 1)), [1]),
    };
  }
}

/** Rows `skip` to `skip + count` of the patches' features, one after another. */
function gatherRows(parts: readonly Float32Array[], skip: number, count: number, hidden: number): Float32Array {
  const out = new Float32Array(count * hidden);
  let start = skip * hidden;
  let at = 0;
  for (const part of parts) {
    const piece = part.subarray(Math.min(start, part.length), Math.min(start + out.length - at, part.length));
    out.set(piece, at);
    at += piece.length;
    start = Math.max(0, start - part.length);
  }
  return out;
}

/** A number for every token: its id, or for a visual one its patch's key, negative. */
function tokenNames({ ids, patches }: Prompt, videoToken: number): number[] {
  let patch = -1;
  return ids.map((id, i) => {
    if (id !== videoToken) return id;
    if (ids[i - 1] !== videoToken) patch += 1;
    return -(patches[patch]?.key ?? 0) - 1;
  });
}

function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

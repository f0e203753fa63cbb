import { Tensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import type { Qwen3VLConfig } from '../checkpoint/config.ts';
import { DecoderInputs } from './decoderInputs.ts';
import type { Feeds, Prompt } from './decoderInputs.ts';
import type { KvCache } from '../device/kvCache.ts';

export type { Prompt } from './decoderInputs.ts';

/** Tokens that go through the decoder at once: bounds the memory that attention takes. */
const CHUNK = 512;

/** Takes in a prompt piece by piece, and lets others have the decoder in between. */
export interface Pace {
  /** tokens that may go through next, at most */
  most(): number;
  /** so many have gone through */
  took(tokens: number): Promise<void>;
}

/** Runs the decoder graph on top of a cache of keys and values. */
export class Decoder {
  readonly #session: InferenceSession;
  readonly #inputs: DecoderInputs;
  /** the graph takes a bias on attention, so that texts which do not see each other can go through together */
  readonly #biased: boolean;
  #runs = 0;

  /** `onDevice`: visual features are tensors of a device, which takes in one temporal patch at a time. */
  constructor(session: InferenceSession, config: Qwen3VLConfig, onDevice: boolean) {
    const deepstack = Math.min(config.vision.taps.length, config.text.layers);
    this.#session = session;
    this.#inputs = new DecoderInputs(config, deepstack, onDevice);
    this.#biased = session.inputNames.includes('attention_bias');
  }

  /** How often the graph has run. */
  get runs(): number {
    return this.#runs;
  }

  /**
   * Takes in a prompt, with room for as many tokens more. Gives the logits [vocab] after its last token, and how many of its
   * tokens were not computed because the cache began with them already.
   */
  async prefill(prompt: Prompt, cache: KvCache, room: number, pace?: Pace): Promise<{ logits: Float32Array; reused: number }> {
    const names = this.#inputs.names(prompt);
    // the last token always runs: its logits are wanted
    await cache.keep(this.#inputs.startBefore(prompt, Math.min(commonPrefix(names, cache.tokens), names.length - 1)));
    const reused = cache.tokens.length;
    await cache.reserve(names.length + room);
    let last: Tensor | undefined;
    for (let at = reused; at < names.length; ) {
      const [from, to] = this.#inputs.chunks(prompt, at, Math.min(CHUNK, pace?.most() ?? CHUNK))[0] ?? [at, names.length];
      last = await this.#run(this.#inputs.chunk(prompt, from, to), cache, names.slice(from, to));
      await pace?.took(to - from);
      at = to;
    }
    return { logits: last?.data as Float32Array, reused };
  }

  /** Takes in one token or more of the answer, the first at `position`; returns the logits [vocab] after each. */
  async extend(tokens: readonly number[], position: number, cache: KvCache): Promise<Float32Array[]> {
    await cache.reserve(cache.tokens.length + tokens.length);
    const feeds = this.#inputs.text(tokens, (i) => position + i, tokens.map((_, i) => i));
    return rowsOf(await this.#run(feeds, cache, tokens), tokens.length);
  }

  /**
   * The logits [vocab] after each of several texts that all go on from `start`. They go through together, each blind to the
   * others; afterwards the cache holds the start alone.
   */
  async branches(start: Prompt, texts: readonly (readonly number[])[], cache: KvCache): Promise<Float32Array[]> {
    const past = start.ids.length;
    await (past > 0 ? this.prefill(start, cache, CHUNK) : cache.keep(0));
    const results: Float32Array[] = [];
    for (const group of this.#biased ? groups(texts) : texts.map((text) => [text])) {
      const ids = group.flat();
      const starts = group.map((_, i) => group.slice(0, i).reduce((sum, t) => sum + t.length, 0));
      const own = group.flatMap((text, i) => text.map(() => starts[i] ?? 0));
      const ends = group.map((text, i) => (starts[i] ?? 0) + text.length - 1);
      await cache.reserve(past + ids.length);
      const feeds = this.#inputs.text(ids, (i) => past + i - (own[i] ?? 0), ends);
      const bias = group.length > 1 ? apart(own, past) : undefined;
      results.push(...rowsOf(await this.#run(feeds, cache, ids, bias), ends.length));
      await cache.keep(past);
    }
    return results;
  }

  /** The logits [K, vocab] of the rows that `feeds` wants. */
  async #run(feeds: Feeds, cache: KvCache, names: readonly number[], bias?: Tensor): Promise<Tensor> {
    const total = cache.tokens.length + names.length;
    const outputs = await this.#session.run(
      {
        ...feeds,
        ...cache.inputs(),
        past_last: new Tensor('int32', Int32Array.of(total - 1), [1]),
        total: new Tensor('int32', Int32Array.of(total), [1]),
        ...(this.#biased ? { attention_bias: bias ?? noBias(names.length, total) } : {}),
      },
      { logits: null, ...cache.outputs() },
    );
    this.#runs += 1;
    cache.store(outputs);
    cache.tokens.push(...names);
    return outputs['logits'] as Tensor;
  }
}

function rowsOf(logits: Tensor, count: number): Float32Array[] {
  const data = logits.data as Float32Array;
  const vocab = data.length / count;
  return Array.from({ length: count }, (_, i) => data.subarray(i * vocab, (i + 1) * vocab));
}

/** Neighbouring texts in groups of at most CHUNK tokens, or a longer text alone. */
function groups(texts: readonly (readonly number[])[]): (readonly number[])[][] {
  const all: (readonly number[])[][] = [];
  let room = 0;
  for (const text of texts) {
    if (text.length > room) {
      all.push([]);
      room = CHUNK;
    }
    all.at(-1)?.push(text);
    room -= text.length;
  }
  return all;
}

/** A bias [1, 1, S, past + S] under which token i sees the past and its own text, which begins at token own[i]. */
function apart(own: readonly number[], past: number): Tensor {
  const total = past + own.length;
  const bias = new Float32Array(own.length * total);
  for (const [i, start] of own.entries()) bias.fill(-Infinity, i * total + past, i * total + past + start);
  return new Tensor('float32', bias, [1, 1, own.length, total]);
}

function noBias(count: number, total: number): Tensor {
  return new Tensor('float32', new Float32Array(count * total), [1, 1, count, total]);
}

function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

import { Tensor } from 'onnxruntime-node';
import type { Qwen3VLConfig } from '../checkpoint/config.ts';
import type { PatchFeatures } from '../video/featureCache.ts';
import { cosSin } from '../checkpoint/rope.ts';
import { isVisual } from './positions.ts';

/** A prompt, tokenized and with its positions [3, ids.length]. `patches` hold the features of its visual tokens, in order. */
export interface Prompt {
  readonly ids: readonly number[];
  readonly positions: Int32Array;
  readonly patches: readonly PatchFeatures[];
}

export type Feeds = Record<string, Tensor>;

/** Turns stretches of a prompt into the decoder graph's inputs. */
export class DecoderInputs {
  readonly #config: Qwen3VLConfig;
  readonly #deepstack: number;
  readonly #perPatch: boolean;

  /** `perPatch`: features cannot be put together, so a chunk holds one whole temporal patch at most. */
  constructor(config: Qwen3VLConfig, deepstack: number, perPatch: boolean) {
    this.#config = config;
    this.#deepstack = deepstack;
    this.#perPatch = perPatch;
  }

  /** A number for every token: its id, or for a visual one its patch's key, negative. */
  names({ ids, patches }: Prompt): number[] {
    let patch = -1;
    return ids.map((id, i) => {
      if (!isVisual(id, this.#config)) return id;
      if (!isVisual(ids[i - 1], this.#config)) patch += 1;
      return -(patches[patch]?.key ?? 0) - 1;
    });
  }

  /** The last place at `at` or before that a stretch can begin at: not within a temporal patch, where features cannot be cut. */
  startBefore({ ids, patches }: Prompt, at: number): number {
    if (!this.#perPatch || patches.length === 0) return at;
    let start = at;
    while (start > 0 && isVisual(ids[start], this.#config) && isVisual(ids[start - 1], this.#config)) start -= 1;
    return start;
  }

  /** The stretches [from, to) in which the tokens from `start` on are taken in. */
  chunks({ ids, patches }: Prompt, start: number, most: number): [number, number][] {
    if (!this.#perPatch || patches.length === 0) {
      return Array.from({ length: Math.ceil((ids.length - start) / most) }, (_, i) => [start + i * most, Math.min(start + (i + 1) * most, ids.length)]);
    }
    const ends = ids.flatMap((id, i) => (i >= start && isVisual(id, this.#config) && !isVisual(ids[i + 1], this.#config) ? [i + 1] : []));
    const bounds = [...new Set([start, ...ends, ids.length])];
    return bounds.slice(1).map((to, i) => [bounds[i] ?? 0, to]);
  }

  /** Inputs of the tokens from `from` to `to`; the logits of the last one are wanted. */
  chunk({ ids, positions, patches }: Prompt, from: number, to: number): Feeds {
    const count = to - from;
    const rows = Array.from({ length: count }, (_, i) => i).filter((i) => isVisual(ids[from + i], this.#config) && patches.length > 0);
    const skipped = ids.slice(0, from).filter((id) => isVisual(id, this.#config)).length;
    const axes = Int32Array.from({ length: 3 * count }, (_, i) => positions[Math.floor(i / count) * ids.length + from + (i % count)] ?? 0);
    return { ...this.#words(ids.slice(from, to), axes, [count - 1]), ...this.#visual(patches, rows, skipped) };
  }

  /** Inputs of text, token i of which stands at position `at(i)`; the logits after the tokens `wanted` are. */
  text(ids: readonly number[], at: (i: number) => number, wanted: readonly number[]): Feeds {
    const axes = Int32Array.from({ length: 3 * ids.length }, (_, i) => at(i % ids.length));
    return { ...this.#words(ids, axes, wanted), ...this.#visual([], [], 0) };
  }

  #words(ids: readonly number[], axes: Int32Array, wanted: readonly number[]): Feeds {
    const { text } = this.#config;
    const { cos, sin } = cosSin(text.rope, axes, ids.length);
    return {
      ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), [ids.length]),
      cos: new Tensor('float32', cos, [ids.length, text.headDim / 2]),
      sin: new Tensor('float32', sin, [ids.length, text.headDim / 2]),
      wanted: new Tensor('int64', BigInt64Array.from(wanted, BigInt), [wanted.length]),
    };
  }

  #visual(patches: readonly PatchFeatures[], rows: readonly number[], skipped: number): Feeds {
    const { hidden } = this.#config.text;
    const place = (of: (p: PatchFeatures) => Tensor): Tensor => {
      const whole = this.#perPatch ? patches.map(of).find((t, i) => t.dims[0] === rows.length && before(patches, i) === skipped) : undefined;
      return whole ?? new Tensor('float32', gatherRows(patches.map(of), skipped * hidden, rows.length * hidden), [rows.length, hidden]);
    };
    return {
      visual: new Tensor('int64', BigInt64Array.from(rows, BigInt), [rows.length, 1]),
      features: place((p) => p.features),
      ...Object.fromEntries(Array.from({ length: this.#deepstack }, (_, j) => [`deepstack_${j}`, place((p) => p.deepstack[j] as Tensor)])),
    };
  }
}

/** Visual tokens before patch i. */
function before(patches: readonly PatchFeatures[], i: number): number {
  return patches.slice(0, i).reduce((sum, p) => sum + (p.features.dims[0] ?? 0), 0);
}

/** `count` values from the `skip`th on of several tensors that follow each other. */
function gatherRows(parts: readonly Tensor[], skip: number, count: number): Float32Array {
  const out = new Float32Array(count);
  let start = skip;
  let at = 0;
  for (const part of parts) {
    if (at === count) break;
    if (start >= part.size) {
      start -= part.size;
      continue;
    }
    const piece = (part.data as Float32Array).subarray(start, Math.min(part.size, start + count - at));
    out.set(piece, at);
    at += piece.length;
    start = 0;
  }
  return out;
}

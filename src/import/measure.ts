import { Tensor } from 'onnxruntime-node';
import type { Qwen3VLConfig } from '../qwen3vl/checkpoint/config.ts';
import { cachedHeadDim, headGraph, layerGraph } from '../qwen3vl/graph/decoderGraph.ts';
import type { GraphWeights } from '../qwen3vl/graph/graphWeights.ts';
import { compare } from '../qwen3vl/check/relativeError.ts';
import type { Weights } from '../qwen3vl/checkpoint/weights.ts';
import { LENGTH, attentionInputs, makeProbes } from './probe.ts';
import type { Probe } from './probe.ts';
import { withGraph } from './runGraph.ts';

/** Of each probe's logits, as `model check` has it: the largest difference, relative to the largest logit. */
export interface LogitsError {
  /** median of the probes */
  readonly typical: number;
  readonly worst: number;
  /** how far the logits' size, as a root mean square, is from what it should be, at worst; relative */
  readonly gain: number;
}

export interface Measured {
  readonly config: Qwen3VLConfig;
  /** as published; open */
  readonly weights: Weights;
  readonly published: GraphWeights;
  /** what is compared with it: other weights, or the same in float16 */
  readonly imported: GraphWeights;
  readonly half: boolean;
}

const PROBES = 6;
/** A head that is widened to float32 whole would be the largest thing in memory by far. */
const MOST_PARTS = 16;

/**
 * What an import costs at the decoder's far end. Probes go through it in float32 and as imported, side by side, one layer's
 * graph at a time, so that memory stays at a layer's whatever the model. `advance` hears of layers, the head counting as one.
 */
export async function measureLogits(measured: Measured, advance: (layers: number) => void): Promise<LogitsError> {
  const { config, weights, published, imported, half } = measured;
  const probes = await makeProbes(config, weights, published, PROBES);
  const shared = attentionInputs(config);
  let expected = probes.map(({ x }) => x);
  let got = expected;
  for (let i = 0; i < config.text.layers; i++) {
    expected = await throughLayer(measured, published, i, false, probes, expected, shared);
    got = await throughLayer(measured, imported, i, half, probes, got, shared);
    advance(1);
  }
  const expectedLogits = await throughHead(config, published, false, expected);
  const gotLogits = await throughHead(config, imported, half, got);
  const compared = probes.map((_, p) => compare(rows(expectedLogits, p), rows(gotLogits, p)));
  advance(1);
  const errors = compared.map(({ error }) => error).sort((a, b) => a - b);
  const gain = Math.max(...compared.map((c) => Math.abs(c.gain - 1)));
  return { typical: errors[errors.length >> 1] ?? 0, worst: errors.at(-1) ?? 0, gain };
}

async function throughLayer({ config }: Measured, weights: GraphWeights, i: number, half: boolean, probes: readonly Probe[], xs: readonly Float32Array[], shared: Record<string, Tensor>): Promise<Float32Array[]> {
  const { hidden, kvHeads, layers } = config.text;
  const dims = [1, kvHeads, 0, cachedHeadDim(config.text)];
  const nothing = half ? new Tensor('float16', new Uint16Array(0), dims) : new Tensor('float32', new Float32Array(0), dims);
  const source = { graph: layerGraph(config, weights, i, half), folder: weights.folder, prepack: weights.isQuantized };
  return withGraph(source, async (run) => {
    const ys: Float32Array[] = [];
    for (const [p, x] of xs.entries()) {
      const out = await run({ ...shared, x: new Tensor('float32', x, [LENGTH, hidden]), [`key_${i}`]: nothing, [`value_${i}`]: nothing });
      const y = out['y']?.data as Float32Array;
      const added = i === layers - 1 ? undefined : probes[p]?.deepstack[i];
      ys.push(added ? y.map((value, n) => value + (added[n] ?? 0)) : y);
    }
    return ys;
  });
}

/** Logits [LENGTH, vocab / parts] of each probe, in parts along the vocabulary: [parts][probes]. Quantised heads go whole. */
async function throughHead(config: Qwen3VLConfig, weights: GraphWeights, half: boolean, xs: readonly Float32Array[]): Promise<Float32Array[][]> {
  const parts = weights.isQuantized ? 1 : divisor(config.text.vocab, MOST_PARTS);
  const all: Float32Array[][] = [];
  for (let part = 0; part < parts; part++) {
    const source = { graph: headGraph(config, weights, half, part, parts), folder: weights.folder, prepack: weights.isQuantized };
    await withGraph(source, async (run) => {
      const logits: Float32Array[] = [];
      for (const x of xs) logits.push((await run({ x: new Tensor('float32', x, [LENGTH, config.text.hidden]) }))['logits']?.data as Float32Array);
      all.push(logits);
    });
  }
  return all;
}

/** The logits of a probe, row by row. */
function rows(parts: readonly (readonly Float32Array[])[], probe: number): Float32Array {
  const pieces = parts.map((part) => part[probe] ?? new Float32Array(0));
  const width = (pieces[0]?.length ?? 0) / LENGTH;
  const out = new Float32Array(width * LENGTH * pieces.length);
  for (let row = 0; row < LENGTH; row++) pieces.forEach((piece, i) => out.set(piece.subarray(row * width, (row + 1) * width), (row * pieces.length + i) * width));
  return out;
}

/** The largest divisor of `n` that is at most `most`. */
function divisor(n: number, most: number): number {
  return n % most === 0 ? most : divisor(n, most - 1);
}

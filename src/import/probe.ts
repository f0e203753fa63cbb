import { Tensor } from 'onnxruntime-node';
import type { Qwen3VLConfig } from '../qwen3vl/checkpoint/config.ts';
import { toFloat32 } from '../qwen3vl/checkpoint/floats.ts';
import type { GraphWeights } from '../qwen3vl/graph/graphWeights.ts';
import { cosSin } from '../qwen3vl/checkpoint/rope.ts';
import { mergerGraph } from '../qwen3vl/graph/visionGraph.ts';
import type { Weights } from '../qwen3vl/checkpoint/weights.ts';
import { withGraph } from './runGraph.ts';

/** What goes into the decoder's first layer: LENGTH rows, some of them visual. */
export interface Probe {
  /** [LENGTH, hidden] */
  readonly x: Float32Array;
  /** of each tap, what is added to x after its layer, [LENGTH, hidden] */
  readonly deepstack: readonly Float32Array[];
}

const SEED = 20_240_229;
/** Tokens of a probe; of them a picture of ROWS × COLUMNS, after a beginning of text. */
export const LENGTH = 48;
const TEXT = 14;
const [ROWS, COLUMNS] = [4, 6];

/**
 * Probes of random token ids around random visual features. The features are what the checkpoint's own mergers make of noise,
 * since their size decides what the layers after them see. The same checkpoint gives the same probes.
 */
export async function makeProbes(config: Qwen3VLConfig, weights: Weights, graphs: GraphWeights, count: number): Promise<Probe[]> {
  const { hidden, vocab } = config.text;
  const random = generator(SEED);
  const table = weights.find('language', 'embed_tokens.weight', vocab * hidden);
  const rowBytes = table.length / vocab;
  const merged = config.vision.hidden * config.vision.merge ** 2;
  const visual = ROWS * COLUMNS;
  return withGraph({ graph: mergerGraph(config.vision, graphs), folder: graphs.folder, prepack: false }, async (run) => {
    const probes: Probe[] = [];
    for (let p = 0; p < count; p++) {
      const x = new Float32Array(LENGTH * hidden);
      for (let i = 0; i < LENGTH; i++) {
        const id = Math.floor(random() * vocab);
        x.set(toFloat32({ dtype: table.dtype, bytes: table.file.bytes(table.offset + id * rowBytes, rowBytes) }), i * hidden);
      }
      const noise = Float32Array.from({ length: visual * merged }, () => normal(random));
      const out = await run({ x: new Tensor('float32', noise, [visual, merged]) });
      x.set(out['features']?.data as Float32Array, TEXT * hidden);
      const deepstack = config.vision.taps.slice(0, config.text.layers).map((_, j) => {
        const added = new Float32Array(LENGTH * hidden);
        added.set(out[`deepstack_${j}`]?.data as Float32Array, TEXT * hidden);
        return added;
      });
      probes.push({ x, deepstack });
    }
    return probes;
  });
}

/** Inputs of attention that are the same for every probe: positions as of a picture in a text. */
export function attentionInputs({ text }: Qwen3VLConfig): Record<string, Tensor> {
  const axes = new Int32Array(3 * LENGTH);
  const after = TEXT + Math.max(ROWS, COLUMNS);
  for (let i = 0; i < LENGTH; i++) {
    const cell = i - TEXT;
    const seen = cell >= 0 && cell < ROWS * COLUMNS;
    const place = i < TEXT ? i : after + i - TEXT - ROWS * COLUMNS;
    const at = seen ? [TEXT, TEXT + Math.floor(cell / COLUMNS), TEXT + (cell % COLUMNS)] : [place, place, place];
    at.forEach((position, axis) => (axes[axis * LENGTH + i] = position));
  }
  const { cos, sin } = cosSin(text.rope, axes, LENGTH);
  return {
    cos: new Tensor('float32', cos, [LENGTH, text.headDim / 2]),
    sin: new Tensor('float32', sin, [LENGTH, text.headDim / 2]),
    past_last: new Tensor('int32', Int32Array.of(LENGTH - 1), [1]),
    total: new Tensor('int32', Int32Array.of(LENGTH), [1]),
  };
}

/** Mulberry32: uniform in [0, 1). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Box–Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

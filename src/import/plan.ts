import type { Qwen3VLConfig } from '../qwen3vl/config.ts';
import type { Weight, WeightPart, Weights } from '../qwen3vl/weights.ts';
import { layOut } from './layout.ts';
import type { Layout, PlannedTensor } from './layout.ts';
import type { Bits } from './quantize.ts';

/** Weights that share a scale. */
export const BLOCK = 32;

/** A matrix of the decoder that a product is taken with. */
interface Matrix {
  readonly weight: Weight;
  readonly bits: Bits;
  /** what the quantised form is called, where not by the tensor's own name */
  readonly name?: string;
  /** as errors are summed up: q_proj, lm_head … */
  readonly kind: string;
}

/** One piece of work: a tensor to copy, or one to quantise. */
export interface ImportJob {
  readonly weight: Weight;
  /** a copy's own, or values and scales */
  readonly outputs: readonly PlannedTensor[];
  readonly quantize?: { readonly bits: Bits; readonly kind: string };
}

export interface ImportPlan {
  readonly jobs: readonly ImportJob[];
  readonly layout: Layout;
}

/**
 * What becomes of a checkpoint's tensors at 8 or 4 bits: the decoder's matrices are quantised (the head, which chooses between
 * words, always to 8); embeddings, norms, biases and the vision tower are kept as they are. A table that embeddings and head share
 * is kept for the one and quantised for the other.
 */
export function planImport(config: Qwen3VLConfig, weights: Weights, bits: Bits): ImportPlan {
  const matrices = matricesOf(config, weights, bits);
  const replaced = new Set(matrices.filter((m) => m.name === undefined).map((m) => m.weight.name));
  const kept = weights.all().filter((weight) => !replaced.has(weight.name));
  const jobs = [...kept.map(copying), ...matrices.map(quantizing)];
  return { jobs, layout: layOut(jobs.map((job) => job.outputs)) };
}

function matricesOf({ text, mayTie }: Qwen3VLConfig, weights: Weights, bits: Bits): Matrix[] {
  const attention = text.heads * text.headDim;
  const inputs: readonly (readonly [string, number])[] = [
    ['self_attn.q_proj', text.hidden], ['self_attn.k_proj', text.hidden], ['self_attn.v_proj', text.hidden], ['self_attn.o_proj', attention],
    ['mlp.gate_proj', text.hidden], ['mlp.up_proj', text.hidden], ['mlp.down_proj', text.intermediate],
  ];
  const matrix = (part: WeightPart, path: string, columns: number, b: Bits): Matrix[] => {
    const weight = weights.get(part, `${path}.weight`);
    // a row of the others would end within a block
    return weight && columns % BLOCK === 0 ? [{ weight, bits: b, kind: path.slice(path.lastIndexOf('.') + 1) }] : [];
  };
  const layers = Array.from({ length: text.layers }, (_, i) => inputs.flatMap(([name, columns]) => matrix('language', `layers.${i}.${name}`, columns, bits))).flat();
  const own = matrix('head', 'lm_head', text.hidden, 8);
  const tied = mayTie && !weights.has('head', 'lm_head.weight') ? matrix('language', 'embed_tokens', text.hidden, 8) : [];
  return [...layers, ...own, ...tied.map((m) => ({ ...m, name: 'lm_head.weight', kind: 'lm_head' }))];
}

function copying(weight: Weight): ImportJob {
  const { name, dtype, shape, length } = weight;
  return { weight, outputs: [{ name, dtype, shape, bytes: length }] };
}

function quantizing({ weight, bits, kind, name = weight.name }: Matrix): ImportJob {
  const [rows = 0, columns = 0] = weight.shape;
  const blocks = columns / BLOCK;
  const values = [rows, blocks, (BLOCK * bits) / 8];
  const scales = [rows, blocks];
  return {
    weight,
    quantize: { bits, kind },
    outputs: [
      { name: `${name}.q${bits}`, dtype: 'U8', shape: values, bytes: product(values) },
      { name: `${name}.scale`, dtype: 'F32', shape: scales, bytes: product(scales) * 4 },
    ],
  };
}

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

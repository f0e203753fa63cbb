import type { Qwen3VLConfig } from '../qwen3vl/checkpoint/config.ts';
import { elementsOf } from '../qwen3vl/checkpoint/safetensors.ts';
import type { Weight, WeightPart, Weights } from '../qwen3vl/checkpoint/weights.ts';
import { layOut } from './layout.ts';
import type { Layout, PlannedTensor } from './layout.ts';
import type { Bits } from './quantize.ts';

/**
 * Weights that may share a scale; also what the kernels take. More of them: smaller and quicker, prompts above all (a quarter to a
 * half), and less like the published weights.
 */
export const BLOCKS = [32, 64, 128] as const;
export type Block = (typeof BLOCKS)[number];
export const DEFAULT_BLOCK: Block = 64;

/** A matrix of the decoder that a product is taken with. */
interface Matrix {
  readonly weight: Weight;
  readonly bits: Bits;
  readonly block: Block;
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
  readonly quantize?: { readonly bits: Bits; readonly block: Block; readonly kind: string };
}

export interface ImportPlan {
  /** the most weights that share a scale */
  readonly block: Block;
  readonly jobs: readonly ImportJob[];
  readonly layout: Layout;
}

/**
 * What becomes of a checkpoint's tensors at 8 or 4 bits: the decoder's matrices are quantised (the head, which chooses between
 * words, always to 8); embeddings, norms, biases and the vision tower are kept as they are. A table that embeddings and head share
 * is kept for the one and quantised for the other.
 */
export function planImport(config: Qwen3VLConfig, weights: Weights, bits: Bits, block: Block = DEFAULT_BLOCK): ImportPlan {
  const matrices = matricesOf(config, weights, bits, block);
  const replaced = new Set(matrices.filter((m) => m.name === undefined).map((m) => m.weight.name));
  const kept = weights.all().filter((weight) => !replaced.has(weight.name));
  const jobs = [...kept.map(copying), ...matrices.map(quantizing)];
  return { block, jobs, layout: layOut(jobs.map((job) => job.outputs)) };
}

function matricesOf({ text, mayTie }: Qwen3VLConfig, weights: Weights, bits: Bits, most: Block): Matrix[] {
  const attention = text.heads * text.headDim;
  const inputs: readonly (readonly [string, number])[] = [
    ['self_attn.q_proj', text.hidden], ['self_attn.k_proj', text.hidden], ['self_attn.v_proj', text.hidden], ['self_attn.o_proj', attention],
    ['mlp.gate_proj', text.hidden], ['mlp.up_proj', text.hidden], ['mlp.down_proj', text.intermediate],
  ];
  const matrix = (part: WeightPart, path: string, columns: number, b: Bits): Matrix[] => {
    const weight = weights.get(part, `${path}.weight`);
    // a row must not end within a block
    const block = BLOCKS.findLast((size) => size <= most && columns % size === 0);
    return weight && block ? [{ weight, bits: b, block, kind: path.slice(path.lastIndexOf('.') + 1) }] : [];
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

function quantizing({ weight, bits, block, kind, name = weight.name }: Matrix): ImportJob {
  const [rows = 0, columns = 0] = weight.shape;
  const blocks = columns / block;
  const values = [rows, blocks, (block * bits) / 8];
  const scales = [rows, blocks];
  return {
    weight,
    quantize: { bits, block, kind },
    outputs: [
      { name: `${name}.q${bits}`, dtype: 'U8', shape: values, bytes: elementsOf(values) },
      { name: `${name}.scale`, dtype: 'F32', shape: scales, bytes: elementsOf(scales) * 4 },
    ],
  };
}

import type { Dimensions } from './shapes.ts';

/** A tensor to be written: `kind` ones are the scales of norms, everything else is random. */
export interface TensorPlan {
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: 'random' | 'ones';
}

const random = (name: string, ...shape: number[]): TensorPlan => ({ name, shape, kind: 'random' });
const ones = (name: string, ...shape: number[]): TensorPlan => ({ name, shape, kind: 'ones' });

/** The tensors of a checkpoint, named and shaped as in the published ones. */
export function tensorsOf({ text, vision, tied }: Dimensions): TensorPlan[] {
  return [
    ...decoderTensors(text),
    ...visionTensors(vision, text.hidden),
    ...(tied ? [] : [random('lm_head.weight', text.vocab, text.hidden)]),
  ];
}

function decoderTensors({ vocab, hidden, intermediate, layers, heads, kvHeads, headDim }: Dimensions['text']): TensorPlan[] {
  const root = 'model.language_model.';
  const layer = (i: number): TensorPlan[] => {
    const at = `${root}layers.${i}.`;
    return [
      ones(`${at}input_layernorm.weight`, hidden),
      random(`${at}mlp.down_proj.weight`, hidden, intermediate),
      random(`${at}mlp.gate_proj.weight`, intermediate, hidden),
      random(`${at}mlp.up_proj.weight`, intermediate, hidden),
      ones(`${at}post_attention_layernorm.weight`, hidden),
      ones(`${at}self_attn.k_norm.weight`, headDim),
      random(`${at}self_attn.k_proj.weight`, kvHeads * headDim, hidden),
      random(`${at}self_attn.o_proj.weight`, hidden, heads * headDim),
      ones(`${at}self_attn.q_norm.weight`, headDim),
      random(`${at}self_attn.q_proj.weight`, heads * headDim, hidden),
      random(`${at}self_attn.v_proj.weight`, kvHeads * headDim, hidden),
    ];
  };
  return [random(`${root}embed_tokens.weight`, vocab, hidden), ...Array.from({ length: layers }, (_, i) => layer(i)).flat(), ones(`${root}norm.weight`, hidden)];
}

function visionTensors({ depth, hidden, intermediate, patch, temporalPatch, merge, positions, taps }: Dimensions['vision'], out: number): TensorPlan[] {
  const root = 'model.visual.';
  const wide = hidden * merge * merge;
  const linear = (name: string, to: number, from: number): TensorPlan[] => [random(`${name}.weight`, to, from), random(`${name}.bias`, to)];
  const norm = (name: string, size: number): TensorPlan[] => [ones(`${name}.weight`, size), random(`${name}.bias`, size)];
  const block = (i: number): TensorPlan[] => {
    const at = `${root}blocks.${i}.`;
    return [
      ...linear(`${at}attn.proj`, hidden, hidden),
      ...linear(`${at}attn.qkv`, 3 * hidden, hidden),
      ...linear(`${at}mlp.linear_fc1`, intermediate, hidden),
      ...linear(`${at}mlp.linear_fc2`, hidden, intermediate),
      ...norm(`${at}norm1`, hidden),
      ...norm(`${at}norm2`, hidden),
    ];
  };
  const merger = (at: string, normed: number): TensorPlan[] => [...linear(`${at}linear_fc1`, wide, wide), ...linear(`${at}linear_fc2`, out, wide), ...norm(`${at}norm`, normed)];
  return [
    ...Array.from({ length: depth }, (_, i) => block(i)).flat(),
    ...Array.from({ length: taps }, (_, j) => merger(`${root}deepstack_merger_list.${j}.`, wide)).flat(),
    ...merger(`${root}merger.`, hidden),
    random(`${root}patch_embed.proj.bias`, hidden),
    random(`${root}patch_embed.proj.weight`, hidden, 3, temporalPatch, patch, patch),
    random(`${root}pos_embed.weight`, positions, hidden),
  ];
}

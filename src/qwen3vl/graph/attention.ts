import { FLOAT, MICROSOFT } from './onnx.ts';
import type { ElementType, OnnxGraph } from './onnx.ts';

/**
 * `fused`: scores, softmax and mixture in one kernel where a device has one. `plain`: one after another.
 *
 * ONNX Runtime 1.30 on WebGPU fuses prompts of 32 tokens and more, and on Vulkan wrongly: its compiler to SPIR-V zeroes a variable
 * that is declared in a loop once and not at every turn, so that each tile of keys adds its scores to those of the tile before.
 * `plain` keeps out of that kernel's reach by what it does not support: values wider than keys, and a softmax with a sink.
 */
export type AttentionForm = 'fused' | 'plain';

/** Values by which `plain` widens a head; the kernels read four at a time. */
const WIDER = 4;
/** A score whose exponential is zero beside any other; float16 has it too. */
const SINK = -32_768;

export interface HeadSizes {
  readonly heads: number;
  /** values of one head */
  readonly size: number;
}

/** Query, key and value [N, S, heads·size] → [N, S, heads·size]; every token sees all S. */
export function attend(graph: OnnxGraph, [query, key, value]: readonly [string, string, string], { heads, size }: HeadSizes, form: AttentionForm): string {
  const mix = (v: string): string => graph.node('MultiHeadAttention', [query, key, v], { num_heads: heads }, MICROSOFT);
  if (form === 'fused') return mix(value);
  const perHead = graph.node('Reshape', [value, graph.ints([0, 0, heads, size])]);
  const wide = graph.node('Pad', [perHead, graph.ints([0, 0, 0, 0, 0, 0, 0, WIDER])]);
  const mixed = mix(graph.node('Reshape', [wide, graph.ints([0, 0, heads * (size + WIDER)])]));
  const wideHeads = graph.node('Reshape', [mixed, graph.ints([0, 0, heads, size + WIDER])]);
  const cut = graph.node('Slice', [wideHeads, graph.ints([0]), graph.ints([size]), graph.ints([3])]);
  return graph.node('Reshape', [cut, graph.ints([0, 0, heads * size])]);
}

export interface CachedAttention extends HeadSizes {
  readonly kvHeads: number;
  /** of the scores; `size` may be padded */
  readonly scale: number;
  /** of all that follows; default float32 */
  readonly type?: ElementType;
  /** [1, S, heads·size], [1, S, kvHeads·size], [1, S, kvHeads·size] */
  readonly states: readonly [string, string, string];
  /** keys and values before: [1, kvHeads, capacity, size] */
  readonly past: readonly [string, string];
  /** [1] int32: P + S − 1, and P + S */
  readonly lengths: readonly [string, string];
  /** [1, 1, S, P + S], added to the scores */
  readonly bias?: string;
  /** names of the outputs: [1, S, heads·size], and the keys and values with the new ones after the old */
  readonly outputs: readonly [string, string, string];
}

/** Token i of S sees the P before and those up to itself. Gives the name of the first output. */
export function attendCached(graph: OnnxGraph, given: CachedAttention, form: AttentionForm): string {
  const { heads, kvHeads, scale, type = FLOAT, states, past, lengths, bias = '', outputs } = given;
  const plain = form === 'plain';
  const sink = plain ? graph.node('Expand', [graph.cast(graph.ints([SINK]), type), graph.ints([heads])]) : '';
  // of the inputs between, those for rotary embedding are not used
  const extras = plain ? ['', '', '', bias, sink] : bias === '' ? [] : ['', '', '', bias];
  const attributes = { num_heads: heads, kv_num_heads: kvHeads, scale: { float: scale }, do_rotary: 0, ...(plain ? { smooth_softmax: 1 } : {}) };
  return graph.node('GroupQueryAttention', [...states, ...past, ...lengths, ...extras], attributes, MICROSOFT, outputs);
}

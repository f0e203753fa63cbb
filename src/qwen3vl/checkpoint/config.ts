import type { z } from 'zod';
import { LookoutError } from '../../errors.ts';
import { configSchema } from './configSchema.ts';
import type { textSchema, visionSchema } from './configSchema.ts';
import { readRope } from './rope.ts';
import type { Rope } from './rope.ts';

/** The text decoder's shape. Field names follow config.json; q dim is heads × headDim, which need not be hidden. */
export interface TextConfig {
  readonly vocab: number;
  readonly hidden: number;
  readonly intermediate: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly act: string;
  readonly rmsEps: number;
  readonly attentionBias: boolean;
  readonly maxPositions: number;
  readonly rope: Rope;
}

/** The vision tower's shape. `taps` are the blocks whose outputs go to DeepStack, in the order in which they run. */
export interface VisionConfig {
  readonly depth: number;
  readonly hidden: number;
  readonly intermediate: number;
  readonly heads: number;
  readonly act: string;
  readonly patch: number;
  readonly temporalPatch: number;
  readonly merge: number;
  readonly channels: number;
  /** side of the square grid of learned position embeddings, and its rows in all */
  readonly gridSide: number;
  readonly positions: number;
  readonly outHidden: number;
  readonly ropeTheta: number;
  readonly taps: readonly { readonly block: number; readonly merger: number }[];
}

export interface Qwen3VLConfig {
  readonly text: TextConfig;
  readonly vision: VisionConfig;
  /** whether the embedding table may serve as head where the checkpoint has no head of its own */
  readonly mayTie: boolean;
  readonly videoToken: number;
  readonly imageToken: number;
  readonly eosTokens: readonly number[];
}

/**
 * Reads config.json's text, in the spelling of transformers 4.57 (`rope_theta`, `rope_scaling`) or of 5.x (`rope_parameters`).
 * Throws MODEL_CONFIG_INVALID with the key that is wrong.
 */
export function parseConfig(text: string, file: string): Qwen3VLConfig {
  const parsed = configSchema.safeParse(parseJson(text, file));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalid(file, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
  }
  const { text_config: t, vision_config: v, ...top } = parsed.data;
  const config: Qwen3VLConfig = {
    text: readText(t, file),
    vision: readVision(v),
    mayTie: t.tie_word_embeddings === true || (top.tie_word_embeddings ?? t.tie_word_embeddings ?? true),
    videoToken: top.video_token_id,
    imageToken: top.image_token_id,
    eosTokens: [top.eos_token_id ?? t.eos_token_id ?? []].flat(),
  };
  checkShapes(config, file);
  return config;
}

function readText(t: z.infer<typeof textSchema>, file: string): TextConfig {
  const headDim = t.head_dim ?? ('head_dim' in t ? Math.floor(t.hidden_size / t.num_attention_heads) : 128);
  return {
    vocab: t.vocab_size,
    hidden: t.hidden_size,
    intermediate: t.intermediate_size,
    layers: t.num_hidden_layers,
    heads: t.num_attention_heads,
    kvHeads: t.num_key_value_heads ?? t.num_attention_heads,
    headDim,
    act: t.hidden_act,
    rmsEps: t.rms_norm_eps,
    attentionBias: t.attention_bias,
    maxPositions: t.max_position_embeddings,
    rope: readRope(t, headDim, t.max_position_embeddings, (detail) => invalid(file, `text_config.${detail}`)),
  };
}

function readVision(v: z.infer<typeof visionSchema>): VisionConfig {
  const blocks = Array.from({ length: v.depth }, (_, block) => ({ block, merger: v.deepstack_visual_indexes.indexOf(block) }));
  return {
    depth: v.depth,
    hidden: v.hidden_size,
    intermediate: v.intermediate_size,
    heads: v.num_heads,
    act: v.hidden_act,
    patch: [v.patch_size].flat()[0] ?? 16,
    temporalPatch: [v.temporal_patch_size].flat()[0] ?? 2,
    merge: v.spatial_merge_size,
    channels: v.in_channels,
    gridSide: Math.floor(Math.sqrt(v.num_position_embeddings)),
    positions: v.num_position_embeddings,
    outHidden: v.out_hidden_size,
    ropeTheta: v.rope_parameters?.rope_theta ?? 10000,
    taps: blocks.filter((b) => b.merger >= 0),
  };
}

function checkShapes({ text, vision }: Qwen3VLConfig, file: string): void {
  if (text.heads % text.kvHeads !== 0) throw invalid(file, 'text_config.num_key_value_heads does not divide num_attention_heads');
  if (text.headDim % 2 !== 0) throw invalid(file, 'text_config.head_dim is odd');
  if (vision.hidden % (vision.heads * 4) !== 0) throw invalid(file, 'vision_config.hidden_size is no multiple of 4 × num_heads');
  if (vision.outHidden !== text.hidden) throw invalid(file, 'vision_config.out_hidden_size is not text_config.hidden_size');
}

export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LookoutError('MODEL_CONFIG_INVALID', `${file} is not JSON.`, { cause });
  }
}

function invalid(file: string, detail: string): LookoutError {
  return new LookoutError('MODEL_CONFIG_INVALID', `${file}: ${detail}.`);
}

import { z } from 'zod';
import { ACTIVATIONS } from '../graph/activation.ts';

const int = z.number().int().positive();
const ids = z.union([z.number().int(), z.array(z.number().int())]).nullish();
const pair = z.union([int, z.array(int)]);

/** Defaults are those of the reference implementation's configuration classes. */
export const textSchema = z.looseObject({
  vocab_size: int.default(151936),
  hidden_size: int.default(4096),
  intermediate_size: int.default(22016),
  num_hidden_layers: int.default(32),
  num_attention_heads: int.default(32),
  num_key_value_heads: int.nullish(),
  head_dim: int.nullish(),
  hidden_act: z.enum(ACTIVATIONS).default('silu'),
  max_position_embeddings: int.default(128000),
  rms_norm_eps: z.number().positive().default(1e-6),
  attention_bias: z.boolean().default(false),
  tie_word_embeddings: z.boolean().nullish(),
  eos_token_id: ids,
});

export const visionSchema = z.looseObject({
  depth: int.default(27),
  hidden_size: int.default(1152),
  intermediate_size: int.default(4304),
  hidden_act: z.enum(ACTIVATIONS).default('gelu_pytorch_tanh'),
  num_heads: int.default(16),
  in_channels: z.literal(3).default(3),
  patch_size: pair.default(16),
  spatial_merge_size: int.default(2),
  temporal_patch_size: pair.default(2),
  out_hidden_size: int.default(3584),
  num_position_embeddings: int.default(2304),
  deepstack_visual_indexes: z.array(z.number().int().nonnegative()).default([8, 16, 24]),
  rope_parameters: z.looseObject({ rope_theta: z.number().positive().default(10000) }).nullish(),
});

export const configSchema = z.looseObject({
  model_type: z.literal('qwen3_vl'),
  text_config: textSchema,
  vision_config: visionSchema,
  video_token_id: z.number().int().default(151656),
  image_token_id: z.number().int().default(151655),
  tie_word_embeddings: z.boolean().nullish(),
  eos_token_id: ids,
});

/** Dimensions of the published Qwen3-VL checkpoints, and what a smaller one may change about them. */
export type Shape = '2b' | '4b' | '8b';

/** Keys are config.json's. */
export interface ShapeOptions {
  readonly shape: Shape;
  /** of the decoder; default: all of the shape's */
  readonly layers?: number;
  /** of the vision tower; fewer blocks are tapped in proportion */
  readonly visionDepth?: number;
  /** default: 151936, with Qwen's special tokens at their own ids; in a smaller one they stand at the end */
  readonly vocab?: number;
  readonly tied?: boolean;
  /** overrides of single keys, for models that are tiny in every direction */
  readonly text?: Readonly<Record<string, unknown>>;
  readonly vision?: Readonly<Record<string, unknown>>;
}

/** What the tensors' sizes follow from. */
export interface Dimensions {
  readonly text: { readonly vocab: number; readonly hidden: number; readonly intermediate: number; readonly layers: number; readonly heads: number; readonly kvHeads: number; readonly headDim: number };
  readonly vision: { readonly depth: number; readonly hidden: number; readonly intermediate: number; readonly patch: number; readonly temporalPatch: number; readonly merge: number; readonly positions: number; readonly taps: number };
  readonly tied: boolean;
}

/** The published vocabulary: 151643 tokens of text, 26 special ones, and rows that no token uses. */
export const VOCAB = 151936;
export const TEXT_TOKENS = 151643;
export const SPECIAL_TOKENS = 26;

const SMALL_VISION = { depth: 24, hidden_size: 1024, intermediate_size: 4096, deepstack_visual_indexes: [5, 11, 17] };
const SHAPES = {
  '2b': { text: { hidden_size: 2048, num_hidden_layers: 28, num_attention_heads: 16, intermediate_size: 6144 }, vision: SMALL_VISION, tied: true },
  '4b': { text: { hidden_size: 2560, num_hidden_layers: 36, num_attention_heads: 32, intermediate_size: 9728 }, vision: SMALL_VISION, tied: true },
  '8b': {
    text: { hidden_size: 4096, num_hidden_layers: 36, num_attention_heads: 32, intermediate_size: 12288 },
    vision: { depth: 27, hidden_size: 1152, intermediate_size: 4304, deepstack_visual_indexes: [8, 16, 24] },
    tied: false,
  },
} as const;

export function isShape(name: string): name is Shape {
  return Object.hasOwn(SHAPES, name);
}

/** Where the special tokens begin: the first of them is the end of text. */
export function firstSpecial(vocab: number): number {
  return vocab === VOCAB ? TEXT_TOKENS : vocab - SPECIAL_TOKENS;
}

/** config.json in the spelling of the published checkpoints (transformers 4.57), and the dimensions that it states. */
export function configOf(options: ShapeOptions): { readonly config: object; readonly dimensions: Dimensions } {
  const base = SHAPES[options.shape];
  const vocab = options.vocab ?? VOCAB;
  const special = firstSpecial(vocab);
  const tied = options.tied ?? base.tied;
  const text = {
    attention_bias: false, attention_dropout: 0, bos_token_id: special, dtype: 'bfloat16', eos_token_id: special + 2, head_dim: 128,
    hidden_act: 'silu', initializer_range: 0.02, max_position_embeddings: 262144, model_type: 'qwen3_vl_text', num_key_value_heads: 8,
    rms_norm_eps: 1e-6, rope_scaling: { mrope_interleaved: true, mrope_section: [24, 20, 20], rope_type: 'default' }, rope_theta: 5_000_000,
    tie_word_embeddings: tied, use_cache: true, vocab_size: vocab, ...base.text,
    ...(options.layers === undefined ? {} : { num_hidden_layers: options.layers }),
    ...options.text,
  };
  const vision = {
    hidden_act: 'gelu_pytorch_tanh', in_channels: 3, initializer_range: 0.02, model_type: 'qwen3_vl', num_heads: 16, num_position_embeddings: 2304,
    out_hidden_size: text.hidden_size, patch_size: 16, spatial_merge_size: 2, temporal_patch_size: 2, ...base.vision,
    ...(options.visionDepth === undefined ? {} : shallower(base.vision, options.visionDepth)),
    ...options.vision,
  };
  const config = {
    architectures: ['Qwen3VLForConditionalGeneration'], image_token_id: special + 12, model_type: 'qwen3_vl', text_config: text, tie_word_embeddings: tied,
    transformers_version: '4.57.0.dev0', video_token_id: special + 13, vision_config: vision,
    vision_end_token_id: special + 10, vision_start_token_id: special + 9,
  };
  return { config, dimensions: dimensionsOf(text, vision, tied) };
}

function shallower(vision: { readonly depth: number; readonly deepstack_visual_indexes: readonly number[] }, depth: number): object {
  const taps = vision.deepstack_visual_indexes.map((block) => Math.floor((block * depth) / vision.depth));
  return { depth, deepstack_visual_indexes: [...new Set(taps)] };
}

function dimensionsOf(text: Readonly<Record<string, unknown>>, vision: Readonly<Record<string, unknown>>, tied: boolean): Dimensions {
  return {
    text: {
      vocab: Number(text['vocab_size']), hidden: Number(text['hidden_size']), intermediate: Number(text['intermediate_size']),
      layers: Number(text['num_hidden_layers']), heads: Number(text['num_attention_heads']),
      kvHeads: Number(text['num_key_value_heads']), headDim: Number(text['head_dim']),
    },
    vision: {
      depth: Number(vision['depth']), hidden: Number(vision['hidden_size']), intermediate: Number(vision['intermediate_size']),
      patch: Number(vision['patch_size']), temporalPatch: Number(vision['temporal_patch_size']), merge: Number(vision['spatial_merge_size']),
      positions: Number(vision['num_position_embeddings']), taps: (vision['deepstack_visual_indexes'] as readonly number[]).length,
    },
    tied,
  };
}

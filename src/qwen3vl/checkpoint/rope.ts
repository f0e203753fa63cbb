import { z } from 'zod';

/** Rotary embedding of the text decoder: what config.json says, ready for `cosSin`. */
export interface Rope {
  /** inverse frequencies, headDim / 2 of them, in float32 as the reference computes them */
  readonly inverse: Float32Array;
  /** which of the three position axes (time, height, width) each frequency turns with */
  readonly axes: Uint8Array;
  /** factor on cos and sin (YaRN) */
  readonly scale: number;
}

const ropeSchema = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: z.number().positive().optional(),
  mrope_section: z.array(z.number().int().nonnegative()).min(3).default([24, 20, 20]),
  factor: z.number().positive().optional(),
  original_max_position_embeddings: z.number().positive().nullish(),
  attention_factor: z.number().nullish(),
  beta_fast: z.number().nullish(),
  beta_slow: z.number().nullish(),
  mscale: z.number().nullish(),
  mscale_all_dim: z.number().nullish(),
  truncate: z.boolean().nullish(),
});
type RopeParameters = z.infer<typeof ropeSchema>;

const DEFAULT_THETA = 500_000;

/**
 * Reads `rope_parameters` (transformers 5.x) or `rope_theta` + `rope_scaling` (4.57). Interleaved MRoPE: frequency i turns with
 * height where i mod 3 is 1 and i < 3·section[1], with width where i mod 3 is 2 and i < 3·section[2], else with time.
 */
export function readRope(text: Record<string, unknown>, headDim: number, maxPositions: number, invalid: (detail: string) => Error): Rope {
  const parsed = ropeSchema.safeParse(text['rope_parameters'] ?? text['rope_scaling'] ?? {});
  if (!parsed.success) throw invalid(`rope_parameters.${parsed.error.issues[0]?.path.join('.') ?? ''} is invalid`);
  const rope = parsed.data;
  const base = rope.rope_theta ?? (typeof text['rope_theta'] === 'number' ? text['rope_theta'] : DEFAULT_THETA);
  const type = rope.rope_type ?? rope.type ?? 'default';
  const half = headDim / 2;
  const axes = Uint8Array.from({ length: half }, (_, i) => {
    const axis = i % 3;
    return axis > 0 && i < 3 * (rope.mrope_section[axis] ?? 0) ? axis : 0;
  });
  const plain = inverseFrequencies(base, headDim);
  // checkpoints of Qwen2-VL's time say "mrope" where they mean the default
  if (type === 'default' || type === 'mrope') return { inverse: plain, axes, scale: 1 };
  const factor = rope.factor;
  if (factor === undefined) throw invalid('rope_parameters.factor is missing');
  if (type === 'linear') return { inverse: plain.map((f) => f / factor), axes, scale: 1 };
  if (type === 'yarn') return { ...yarn(rope, factor, base, headDim, maxPositions), axes };
  throw invalid(`rope_parameters.rope_type ${type} is not supported`);
}

/** base^(−2i/dim), rounded to float32 where the reference rounds. */
export function inverseFrequencies(base: number, dim: number): Float32Array {
  return Float32Array.from({ length: Math.ceil(dim / 2) }, (_, i) => 1 / Math.fround(Math.fround(base) ** Math.fround((2 * i) / dim)));
}

/** YaRN (arXiv 2309.00071): high frequencies stay, low ones are stretched by `factor`, those between are blended. */
function yarn(rope: RopeParameters, factor: number, base: number, dim: number, maxPositions: number): Pick<Rope, 'inverse' | 'scale'> {
  const original = rope.original_max_position_embeddings ?? maxPositions;
  const turnsAt = (turns: number): number => (dim * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(base));
  const whole = rope.truncate ?? true;
  const fast = turnsAt(rope.beta_fast ?? 32);
  const slow = turnsAt(rope.beta_slow ?? 1);
  const low = Math.max(whole ? Math.floor(fast) : fast, 0);
  const high = Math.min(whole ? Math.ceil(slow) : slow, dim - 1);
  const width = low === high ? 0.001 : high - low;
  const inverse = Float32Array.from({ length: dim / 2 }, (_, i) => {
    const frequency = base ** ((-2 * i) / dim);
    const stretched = Math.min(1, Math.max(0, (i - low) / width));
    return (frequency / factor) * stretched + frequency * (1 - stretched);
  });
  return { inverse, scale: rope.attention_factor ?? yarnScale(rope, factor) };
}

function yarnScale({ mscale, mscale_all_dim }: RopeParameters, factor: number): number {
  const scale = (m: number): number => (factor <= 1 ? 1 : 0.1 * m * Math.log(factor) + 1);
  return mscale && mscale_all_dim ? scale(mscale) / scale(mscale_all_dim) : scale(1);
}

/**
 * Cosines and sines [count, headDim / 2] for positions [3, count] (time, height, width rows), angles in float32 as in the
 * reference.
 */
export function cosSin(rope: Rope, positions: Int32Array, count: number): { cos: Float32Array; sin: Float32Array } {
  const half = rope.inverse.length;
  const cos = new Float32Array(count * half);
  const sin = new Float32Array(count * half);
  for (let p = 0; p < count; p++) {
    for (let i = 0; i < half; i++) {
      const position = positions[(rope.axes[i] ?? 0) * count + p] ?? 0;
      const angle = Math.fround(position * (rope.inverse[i] ?? 0));
      cos[p * half + i] = Math.cos(angle) * rope.scale;
      sin[p * half + i] = Math.sin(angle) * rope.scale;
    }
  }
  return { cos, sin };
}

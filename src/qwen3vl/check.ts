import { argmax } from './choose.ts';
import type { Picture } from './frames.ts';
import { openQwen3VL } from './open.ts';
import type { ModelOptions, Qwen3VL } from './model.ts';
import type { PreparedPrompt } from './prompt.ts';
import { readReference } from './reference.ts';
import type { Reference } from './reference.ts';

/** What a check found: counts of differing integers, and largest errors relative to the tensor's largest magnitude. */
export interface CheckReport {
  readonly ok: boolean;
  readonly errors: {
    readonly input_ids: number;
    readonly position_ids: number;
    readonly image_features: number;
    readonly deepstack_features: number;
    readonly logits: number;
    readonly tokens: number;
  };
}

/** Largest relative error that is taken for rounding. */
const TOLERANCE = 1e-3;

/**
 * Compares a checkpoint, run here, with a reference recorded from another implementation. After each step the reference's own
 * token is taken, so that one difference does not hide what follows it. Errors: REFERENCE_INVALID, and those of `openQwen3VL`.
 */
export async function checkModel(dir: string, referenceFile: string, options: ModelOptions): Promise<CheckReport> {
  const reference = readReference(referenceFile);
  const model = await openQwen3VL(dir, options);
  try {
    return await compare(model, reference);
  } finally {
    await model.close();
  }
}

async function compare(model: Qwen3VL, reference: Reference): Promise<CheckReport> {
  const prompt = await prepareAlike(model, reference);
  const steps = reference.tokens.length;
  const vocab = reference.logits.length / Math.max(1, steps);
  const logits = await model.greedyLogits(prompt, steps, (_own, step) => reference.tokens[step] ?? 0);
  const rows = logits.map((_row, step) => reference.logits.subarray(step * vocab, (step + 1) * vocab));
  const errors = {
    input_ids: differences(prompt.ids, reference.inputIds),
    position_ids: differences(Array.from(prompt.positions), reference.positionIds),
    ...featureErrors(prompt, reference),
    logits: relativeError(concatenate(logits), reference.logits),
    tokens: logits.filter((row, step) => bestOf(row, rows[step]) !== reference.tokens[step]).length,
  };
  const exact = errors.input_ids + errors.position_ids + errors.tokens === 0;
  const worst = Math.max(errors.image_features, errors.deepstack_features, errors.logits);
  return { ok: exact && worst <= TOLERANCE, errors };
}

/** Recorders write the video in one of two ways; a reference is compared with the one that it was recorded with. */
async function prepareAlike(model: Qwen3VL, reference: Reference): Promise<PreparedPrompt> {
  const video = { frames: pictures(reference), times: reference.times };
  const plain = await model.prompt(reference.prompt, video, 'plain');
  if (differences(plain.ids, reference.inputIds) === 0) return plain;
  const wrapped = await model.prompt(reference.prompt, video, 'wrapped');
  return differences(wrapped.ids, reference.inputIds) === 0 ? wrapped : plain;
}

function featureErrors({ patches }: PreparedPrompt, { imageFeatures, deepstackFeatures }: Reference): Pick<CheckReport['errors'], 'image_features' | 'deepstack_features'> {
  const taps = patches[0]?.deepstack.length ?? 0;
  const deepstack = Array.from({ length: taps }, (_, j) => concatenate(patches.map((p) => p.deepstack[j]?.data as Float32Array)));
  return {
    image_features: relativeError(concatenate(patches.map((p) => p.features.data as Float32Array)), imageFeatures),
    deepstack_features: relativeError(concatenate(deepstack), deepstackFeatures),
  };
}

function pictures({ frames, frameShape }: Reference): Picture[] {
  const [count, height, width] = frameShape;
  const size = height * width * 3;
  return Array.from({ length: count }, (_, i) => ({ width, height, data: frames.subarray(i * size, (i + 1) * size) }));
}

/** Our greedy choice; tokens that the reference had ruled out (−∞) are ruled out here too. */
function bestOf(own: Float32Array, reference: Float32Array | undefined): number {
  return argmax(own.map((value, i) => (reference?.[i] === -Infinity ? -Infinity : value)));
}

function differences(own: readonly number[], reference: readonly number[]): number {
  const common = Math.min(own.length, reference.length);
  const unlike = reference.slice(0, common).filter((value, i) => value !== own[i]).length;
  return unlike + Math.max(own.length, reference.length) - common;
}

/** JSON has no infinity. */
const BEYOND = Number.MAX_VALUE;

/** Beyond all bounds where shapes differ or a value is no number. */
function relativeError(own: Float32Array, reference: Float32Array): number {
  if (own.length !== reference.length) return BEYOND;
  let error = 0;
  let scale = 0;
  for (let i = 0; i < own.length; i++) {
    const expected = reference[i] as number;
    if (expected === -Infinity) continue;
    const difference = Math.abs((own[i] as number) - expected);
    if (!Number.isFinite(difference)) return BEYOND;
    error = Math.max(error, difference);
    scale = Math.max(scale, Math.abs(expected));
  }
  return error === 0 ? 0 : Math.min(error / scale, BEYOND);
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

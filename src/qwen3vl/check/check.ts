import type { Tensor } from 'onnxruntime-node';
import { argmax } from '../grammar/choose.ts';
import { valuesOf } from '../device/deviceTensor.ts';
import type { Picture } from '../video/frames.ts';
import { readManifest } from '../checkpoint/manifest.ts';
import { openQwen3VL } from '../open.ts';
import type { ModelOptions, Qwen3VL } from '../model.ts';
import type { PreparedPrompt } from '../decode/prompt.ts';
import { readReference } from './reference.ts';
import type { Reference } from './reference.ts';
import { compare } from './relativeError.ts';

/** What a check found: counts of differing integers, and largest errors relative to the tensor's largest magnitude. */
export interface CheckReport {
  readonly ok: boolean;
  /** largest error of the logits that is taken for rounding */
  readonly tolerance: number;
  readonly errors: {
    readonly input_ids: number;
    readonly position_ids: number;
    readonly image_features: number;
    readonly deepstack_features: number;
    readonly logits: number;
    readonly tokens: number;
  };
}

/** Largest relative error that is taken for rounding, where an import measured none of its own. */
const TOLERANCE = 1e-3;
/** How far the logits' size may be from what it should be, beyond what an import measured. */
const GAIN = 0.05;

/** What a model may differ by. */
interface Tolerance {
  readonly logits: number;
  readonly gain: number;
}

/**
 * Compares a checkpoint, run here, with a reference recorded from another implementation. After each step the reference's own
 * token is taken, so that one difference does not hide what follows it. The logits of an imported model may differ by what its
 * precision was measured to cost, and its tokens where two are that close. Errors: REFERENCE_INVALID, and those of `openQwen3VL`.
 */
export async function checkModel(dir: string, referenceFile: string, options: ModelOptions): Promise<CheckReport> {
  const reference = readReference(referenceFile);
  const measured = readManifest(dir)?.error?.logits;
  const model = await openQwen3VL(dir, options);
  try {
    return await compareModel(model, reference, { logits: Math.max(TOLERANCE, measured?.bound ?? 0), gain: GAIN + (measured?.gain ?? 0) });
  } finally {
    await model.close();
  }
}

async function compareModel(model: Qwen3VL, reference: Reference, tolerance: Tolerance): Promise<CheckReport> {
  const prompt = await prepareAlike(model, reference);
  const steps = reference.tokens.length;
  const vocab = reference.logits.length / Math.max(1, steps);
  const logits = await model.greedyLogits(prompt, steps, (_own, step) => reference.tokens[step] ?? 0);
  const rows = logits.map((_row, step) => reference.logits.subarray(step * vocab, (step + 1) * vocab));
  const compared = compare(reference.logits, concatenate(logits));
  // each of two logits may be off by the tolerance; without one that was measured, tokens have to be the same
  const slack = tolerance.logits === TOLERANCE ? 0 : 2 * tolerance.logits * largest(reference.logits);
  const errors = {
    input_ids: differences(prompt.ids, reference.inputIds),
    position_ids: differences(Array.from(prompt.positions), reference.positionIds),
    ...(await featureErrors(prompt, reference)),
    logits: compared.error,
    tokens: logits.filter((row, step) => isOther(row, rows[step], reference.tokens[step] ?? 0, slack)).length,
  };
  const exact = errors.input_ids + errors.position_ids + errors.tokens === 0;
  const near = Math.max(errors.image_features, errors.deepstack_features) <= TOLERANCE && errors.logits <= tolerance.logits;
  return { ok: exact && near && Math.abs(compared.gain - 1) <= tolerance.gain, tolerance: tolerance.logits, errors };
}

/** Recorders write the video in one of two ways; a reference is compared with the one that it was recorded with. */
async function prepareAlike(model: Qwen3VL, reference: Reference): Promise<PreparedPrompt> {
  const video = { frames: pictures(reference), times: reference.times };
  const plain = await model.prompt(reference.prompt, video, 'plain');
  if (differences(plain.ids, reference.inputIds) === 0) return plain;
  const wrapped = await model.prompt(reference.prompt, video, 'wrapped');
  return differences(wrapped.ids, reference.inputIds) === 0 ? wrapped : plain;
}

async function featureErrors({ patches }: PreparedPrompt, { imageFeatures, deepstackFeatures }: Reference): Promise<Pick<CheckReport['errors'], 'image_features' | 'deepstack_features'>> {
  const joined = async (tensors: readonly Tensor[]): Promise<Float32Array> => concatenate(await Promise.all(tensors.map(valuesOf)));
  const taps = Array.from(patches[0]?.deepstack ?? [], (_, j) => patches.flatMap((p) => p.deepstack[j] ?? []));
  return {
    image_features: compare(imageFeatures, await joined(patches.map((p) => p.features))).error,
    deepstack_features: compare(deepstackFeatures, await joined(taps.flat())).error,
  };
}

function pictures({ frames, frameShape }: Reference): Picture[] {
  const [count, height, width] = frameShape;
  const size = height * width * 3;
  return Array.from({ length: count }, (_, i) => ({ width, height, data: frames.subarray(i * size, (i + 1) * size) }));
}

/** Whether our greedy choice is another token, and one whose logit is not within `slack` of the best. Tokens that the reference had ruled out (−∞) are ruled out here too. */
function isOther(own: Float32Array, reference: Float32Array | undefined, token: number, slack: number): boolean {
  const chosen = argmax(own.map((value, i) => (reference?.[i] === -Infinity ? -Infinity : value)));
  return chosen !== token && (reference?.[token] ?? 0) - (reference?.[chosen] ?? 0) >= slack;
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
}

function differences(own: readonly number[], reference: readonly number[]): number {
  const common = Math.min(own.length, reference.length);
  const unlike = reference.slice(0, common).filter((value, i) => value !== own[i]).length;
  return unlike + Math.max(own.length, reference.length) - common;
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

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LookoutError } from '../../errors.ts';

/** What an import leaves beside the weights, and what sets an imported folder apart from a published one. */
export const MANIFEST = 'lookout.json';
/** Goes up where older versions could not read what newer ones write. */
export const MANIFEST_FORMAT = 1;

export const PRECISIONS = ['fp32', 'fp16', 'int8', 'int4'] as const;
export type Precision = (typeof PRECISIONS)[number];

const count = z.number().int().nonnegative();
const share = z.number().nonnegative();
const file = z.strictObject({ file: z.string().min(1), bytes: count, sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const logits = z.strictObject({ typical: share, worst: share, bound: share, gain: share });
const manifestSchema = z.looseObject({
  format: z.literal(MANIFEST_FORMAT),
  precision: z.enum(PRECISIONS),
  /** weights that share a scale; absent where nothing is quantised */
  block: count.optional(),
  source: z.strictObject({ name: z.string(), shards: z.array(file) }),
  files: z.array(file),
  /**
   * What the precision costs: root mean square of the weights' errors, relative to that of the weights, by kind of layer; and of
   * the logits the largest difference relative to the largest logit, on probes. `bound` is what a check takes for rounding; `gain` is
   * how far the logits' size is from what it should be, which errors that cancel out leave alone.
   */
  error: z.strictObject({ weights: z.record(z.string(), share), logits }).optional(),
});
export type Manifest = z.infer<typeof manifestSchema>;
export type FileRecord = z.infer<typeof file>;

/** The manifest of an imported checkpoint; undefined for one as published. MODEL_WEIGHTS_CORRUPT where it is damaged. */
export function readManifest(dir: string): Manifest | undefined {
  const path = join(dir, MANIFEST);
  if (!existsSync(path)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new LookoutError('MODEL_WEIGHTS_CORRUPT', `${path} is not JSON.`, { cause });
  }
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new LookoutError('MODEL_WEIGHTS_CORRUPT', `${path} is damaged or of another version: ${parsed.error.issues[0]?.path.join('.') ?? ''}.`);
}

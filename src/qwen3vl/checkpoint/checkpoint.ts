import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { LookoutError } from '../../errors.ts';
import { parseConfig, parseJson } from './config.ts';
import type { Qwen3VLConfig } from './config.ts';

/** How pixels become numbers and how large a video may be: of the video processor's file. */
export interface Processing {
  /** per channel: (byte − mean) / std */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** bounds of frames × height × width */
  readonly minPixels: number;
  readonly maxPixels: number;
}

/** The small files of a checkpoint directory; weights are read apart. */
export interface Checkpoint {
  readonly dir: string;
  readonly name: string;
  readonly config: Qwen3VLConfig;
  readonly configText: string;
  readonly processing: Processing;
  readonly tokenizer: object;
  readonly tokenizerConfig: object;
  /** end-of-answer tokens that the files name; the tokenizer's own are not among them */
  readonly stopTokens: readonly number[];
}

const size = z.looseObject({ shortest_edge: z.number().optional(), longest_edge: z.number().optional() });
const processorSchema = z.looseObject({
  image_mean: z.array(z.number()).length(3).nullish(),
  image_std: z.array(z.number()).length(3).nullish(),
  rescale_factor: z.number().positive().nullish(),
  do_rescale: z.boolean().nullish(),
  do_normalize: z.boolean().nullish(),
  size: size.nullish(),
});
const generationSchema = z.looseObject({ eos_token_id: z.union([z.number().int(), z.array(z.number().int())]).nullish() });

/** Qwen3VLVideoProcessor's bounds. */
const MIN_PIXELS = 128 * 32 * 32;
const MAX_PIXELS = 768 * 32 * 32;

/**
 * Reads a directory in Hugging Face layout. Errors: MODEL_NOT_FOUND, MODEL_CONFIG_INVALID, and MODEL_WEIGHTS_MISSING where
 * the tokenizer is absent.
 */
export function readCheckpoint(dir: string): Checkpoint {
  const configFile = join(dir, 'config.json');
  if (!existsSync(configFile)) throw new LookoutError('MODEL_NOT_FOUND', `${dir} holds no config.json.`);
  const configText = readFileSync(configFile, 'utf8');
  const config = parseConfig(configText, configFile);
  if (!existsSync(join(dir, 'tokenizer.json'))) throw new LookoutError('MODEL_WEIGHTS_MISSING', `${dir} holds no tokenizer.json.`);
  const generation = generationSchema.safeParse(optionalJson(dir, 'generation_config.json')).data?.eos_token_id;
  return {
    dir,
    name: basename(resolve(dir)),
    config,
    configText,
    processing: readProcessing(dir),
    tokenizer: optionalJson(dir, 'tokenizer.json'),
    tokenizerConfig: optionalJson(dir, 'tokenizer_config.json'),
    stopTokens: [...config.eosTokens, ...[generation ?? []].flat()],
  };
}

/** The video processor's file in one of its spellings, else the image processor's, else Qwen3-VL's own figures. */
function readProcessing(dir: string): Processing {
  const shared = optionalJson(dir, 'processor_config.json') as { video_processor?: object };
  const image = optionalJson(dir, 'preprocessor_config.json');
  const video = { ...shared.video_processor, ...optionalJson(dir, 'video_preprocessor_config.json') };
  const parsed = processorSchema.safeParse({ ...image, size: undefined, ...video });
  if (!parsed.success) throw new LookoutError('MODEL_CONFIG_INVALID', `${dir}: the video processor's ${parsed.error.issues[0]?.path.join('.')} is invalid.`);
  const p = parsed.data;
  const levels = p.do_rescale === false ? 1 : 1 / (p.rescale_factor ?? 1 / 255);
  const normalize = p.do_normalize !== false;
  return {
    mean: (normalize ? (p.image_mean ?? [0.5, 0.5, 0.5]) : [0, 0, 0]).map((m) => m * levels),
    std: (normalize ? (p.image_std ?? [0.5, 0.5, 0.5]) : [1, 1, 1]).map((s) => s * levels),
    minPixels: p.size?.shortest_edge ?? MIN_PIXELS,
    maxPixels: p.size?.longest_edge ?? MAX_PIXELS,
  };
}

function optionalJson(dir: string, name: string): object {
  const file = join(dir, name);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return {};
  const value = parseJson(readFileSync(file, 'utf8'), file);
  if (typeof value !== 'object' || value === null) throw new LookoutError('MODEL_CONFIG_INVALID', `${file} is no JSON object.`);
  return value;
}

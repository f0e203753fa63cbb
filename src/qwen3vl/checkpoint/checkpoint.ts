import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { LookoutError } from '../../errors.ts';
import { parseConfig, parseJson } from './config.ts';
import type { Qwen3VLConfig } from './config.ts';
import { readProcessing } from './processing.ts';
import type { Processing } from './processing.ts';

export type { Processing } from './processing.ts';

/** How answers are drawn unless a request says otherwise: of generation_config.json. */
export interface SamplingDefaults {
  readonly temperature: number;
  readonly topP: number;
  readonly topK: number;
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
  /** undefined: greedily */
  readonly sampling: SamplingDefaults | undefined;
}

const generationSchema = z.looseObject({
  eos_token_id: z.union([z.number().int(), z.array(z.number().int())]).nullish(),
  do_sample: z.boolean().nullish(),
  temperature: z.number().nonnegative().nullish(),
  top_p: z.number().positive().max(1).nullish(),
  top_k: z.number().int().nonnegative().nullish(),
});

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
  const generation = generationSchema.safeParse(optionalJson(dir, 'generation_config.json')).data;
  return {
    dir,
    name: basename(resolve(dir)),
    config,
    configText,
    processing: readProcessing(dir, (file) => optionalJson(dir, file)),
    tokenizer: optionalJson(dir, 'tokenizer.json'),
    tokenizerConfig: optionalJson(dir, 'tokenizer_config.json'),
    stopTokens: [...config.eosTokens, ...[generation?.eos_token_id ?? []].flat()],
    sampling: generation?.do_sample ? { temperature: generation.temperature ?? 1, topP: generation.top_p ?? 1, topK: generation.top_k ?? 0 } : undefined,
  };
}

function optionalJson(dir: string, name: string): object {
  const file = join(dir, name);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return {};
  const value = parseJson(readFileSync(file, 'utf8'), file);
  if (typeof value !== 'object' || value === null) throw new LookoutError('MODEL_CONFIG_INVALID', `${file} is no JSON object.`);
  return value;
}

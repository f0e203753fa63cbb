import { z } from 'zod';
import { LookoutError } from '../errors.ts';
import { parseConfig, parseJson } from '../qwen3vl/checkpoint/config.ts';
import { INDEX } from './listing.ts';
import type { HubFile } from './listing.ts';

const ARCHITECTURE = 'Qwen3VLForConditionalGeneration';
const architectureSchema = z.looseObject({ architectures: z.array(z.string()).nullish(), quantization_config: z.looseObject({ quant_method: z.string().nullish() }).nullish() });
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

/** Whether Lookout can run what config.json describes. Errors: MODEL_CONFIG_INVALID. */
export function checkConfig(text: string, id: string): void {
  const { architectures, quantization_config: quantised } = architectureSchema.safeParse(parseJson(text, `${id}’s config.json`)).data ?? {};
  if (!architectures?.includes(ARCHITECTURE)) throw new LookoutError('MODEL_CONFIG_INVALID', `${id} is a ${architectures?.join(', ') || 'model that does not say what it is'}, not a ${ARCHITECTURE}.`);
  if (quantised) throw new LookoutError('MODEL_CONFIG_INVALID', `${id} holds quantised weights (${quantised.quant_method ?? 'of no name'}); pull the one that it was made from.`);
  parseConfig(text, `${id}’s config.json`);
}

/** Whether every shard that the index names is listed. Errors: MODEL_REPO_INCOMPLETE. */
export function checkIndex(text: string, id: string, files: readonly HubFile[]): void {
  const parsed = indexSchema.safeParse(parseJson(text, `${id}’s ${INDEX}`));
  if (!parsed.success) throw new LookoutError('MODEL_REPO_INCOMPLETE', `${id}’s ${INDEX} has no weight_map.`);
  const lacking = Object.values(parsed.data.weight_map).find((shard) => !files.some((file) => file.name === shard));
  if (lacking) throw new LookoutError('MODEL_REPO_INCOMPLETE', `${id} lacks ${JSON.stringify(lacking)}, which its ${INDEX} names.`);
}

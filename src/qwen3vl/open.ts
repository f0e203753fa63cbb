import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readCheckpoint } from './checkpoint.ts';
import { cachedGraphs, defaultCacheDir } from './graphCache.ts';
import { Qwen3VL } from './model.ts';
import type { ModelOptions } from './request.ts';
import { openSession } from './session.ts';
import type { GraphSource } from './session.ts';
import { QwenTokenizer } from './tokenizer.ts';

/** Bytes; checkpoints with fewer run on the CPU unless told otherwise. */
const SMALL = 200e6;

/**
 * Opens a checkpoint directory for inference in this process; calls block its thread while they compute. Errors:
 * MODEL_NOT_FOUND, MODEL_CONFIG_INVALID, MODEL_WEIGHTS_MISSING, MODEL_WEIGHTS_CORRUPT, MODEL_RUNTIME.
 */
export async function openQwen3VL(dir: string, options: ModelOptions): Promise<Qwen3VL> {
  const checkpoint = readCheckpoint(dir);
  const tokenizer = new QwenTokenizer(checkpoint);
  const graphs = await cachedGraphs(checkpoint, options.cacheDir ?? defaultCacheDir());
  const small = graphs.bytes < SMALL;
  const vision = await openSession(fromFile(graphs.vision), options.device, options.threads, small);
  const kept = Array.from({ length: checkpoint.config.text.layers }, (_, i) => [`new_key_${i}`, `new_value_${i}`]).flat();
  const decoder = await openSession(fromFile(graphs.decoder), vision.device, options.threads, small, kept);
  return new Qwen3VL(checkpoint, tokenizer, vision, decoder, options);
}

function fromFile(path: string): GraphSource {
  return { graph: readFileSync(path), folder: dirname(path), prepack: true };
}

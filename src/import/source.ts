import { basename, dirname, resolve } from 'node:path';
import { z } from 'zod';
import { LookoutError } from '../errors.ts';
import { readCheckpoint } from '../qwen3vl/checkpoint/checkpoint.ts';
import type { Checkpoint } from '../qwen3vl/checkpoint/checkpoint.ts';
import { decoderGraph } from '../qwen3vl/graph/decoderGraph.ts';
import { GraphWeights } from '../qwen3vl/graph/graphWeights.ts';
import { readManifest } from '../qwen3vl/checkpoint/manifest.ts';
import { visionGraph } from '../qwen3vl/graph/visionGraph.ts';
import { Weights } from '../qwen3vl/checkpoint/weights.ts';

/** A checkpoint that can be imported; its files are open. */
export interface Source {
  readonly checkpoint: Checkpoint;
  readonly name: string;
  readonly weights: Weights;
  readonly graphs: GraphWeights;
}

const foreignSchema = z.looseObject({
  architectures: z.array(z.string()).nullish(),
  quantization_config: z.looseObject({ quant_method: z.string().nullish() }).nullish(),
});
const ARCHITECTURE = 'Qwen3VLForConditionalGeneration';

/**
 * Opens a checkpoint and looks whether every tensor is there that the model needs, in a shape and type that can be read. Errors:
 * MODEL_NOT_FOUND, MODEL_CONFIG_INVALID, MODEL_WEIGHTS_MISSING, MODEL_WEIGHTS_CORRUPT, MODEL_WEIGHTS_DTYPE.
 */
export function openSource(dir: string): Source {
  const checkpoint = readCheckpoint(dir);
  const { config, configText } = checkpoint;
  const { architectures, quantization_config: foreign } = foreignSchema.parse(JSON.parse(configText));
  if (architectures && !architectures.includes(ARCHITECTURE)) {
    throw new LookoutError('MODEL_CONFIG_INVALID', `${dir} is a ${architectures.join(', ')}, not a ${ARCHITECTURE}.`);
  }
  if (foreign) throw new LookoutError('MODEL_WEIGHTS_DTYPE', `${dir} is quantised already (${foreign.quant_method ?? 'of no name'}).`);
  const precision = readManifest(dir)?.precision;
  if (precision === 'int4' || precision === 'int8') throw new LookoutError('MODEL_WEIGHTS_DTYPE', `${dir} is quantised already (${precision}).`);
  const weights = new Weights(dir);
  try {
    const graphs = new GraphWeights(weights);
    visionGraph(config.vision, graphs);
    decoderGraph(config, graphs);
    return { checkpoint, name: nameOf(dir), weights, graphs };
  } catch (error) {
    weights.close();
    throw error;
  }
}

/** The folder's name; in a hub's cache, models--Qwen--NAME/snapshots/HASH, the model's. */
function nameOf(dir: string): string {
  const path = resolve(dir);
  const cached = basename(dirname(path)) === 'snapshots' ? basename(dirname(dirname(path))) : '';
  return cached.split('--').at(-1) || basename(path);
}

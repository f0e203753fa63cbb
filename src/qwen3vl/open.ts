import { readCheckpoint } from './checkpoint.ts';
import { decoderGraph } from './decoderGraph.ts';
import type { DecoderGraphOptions } from './decoderGraph.ts';
import { GraphWeights } from './graphWeights.ts';
import { readManifest } from './manifest.ts';
import { Qwen3VL } from './model.ts';
import type { ModelOptions } from './request.ts';
import { openSession } from './session.ts';
import { QwenTokenizer } from './tokenizer.ts';
import { visionGraph } from './visionGraph.ts';
import { Weights } from './weights.ts';

/** Bytes of weights as float32; checkpoints with fewer run on the CPU unless told otherwise. */
const SMALL = 200e6;

/**
 * Opens a checkpoint directory for inference in this process; calls block its thread while they compute. The graphs are made in
 * memory and point into the checkpoint's files. Errors: MODEL_NOT_FOUND, MODEL_CONFIG_INVALID, MODEL_WEIGHTS_MISSING,
 * MODEL_WEIGHTS_CORRUPT, MODEL_WEIGHTS_DTYPE, MODEL_RUNTIME.
 */
export async function openQwen3VL(dir: string, options: ModelOptions, graphOptions: DecoderGraphOptions = {}): Promise<Qwen3VL> {
  const checkpoint = readCheckpoint(dir);
  const tokenizer = new QwenTokenizer(checkpoint);
  const weights = openWeights(dir);
  const { config } = checkpoint;
  const { folder } = weights.graph;
  const visionSource = { graph: visionGraph(config.vision, weights.graph), folder, prepack: weights.prepack };
  const vision = await openSession(visionSource, options.device, options.threads, weights.small);
  // texts that do not see each other go through together where attention takes a bias: on the processor
  const packed = vision.device === 'cpu';
  const half = vision.device !== 'cpu' && readManifest(dir)?.precision === 'fp16';
  const decoderSource = { graph: decoderGraph(config, weights.graph, { packed, half, ...graphOptions }), folder, prepack: weights.prepack };
  const kept = Array.from({ length: config.text.layers }, (_, i) => [`new_key_${i}`, `new_value_${i}`]).flat();
  const decoder = await openSession(decoderSource, vision.device, options.threads, weights.small, kept);
  return new Qwen3VL(checkpoint, tokenizer, vision, decoder, options);
}

/** A checkpoint's weights for graphs, and how sessions are to take them. */
export interface OpenedWeights {
  readonly graph: GraphWeights;
  readonly small: boolean;
  /**
   * Small ones cost nothing twice, and those that are widened are in memory anyway; float32 ones of some size rather stay mapped
   * from their files.
   */
  readonly prepack: boolean;
}

export function openWeights(dir: string): OpenedWeights {
  const weights = new Weights(dir);
  // graphs need the places only, not the bytes
  weights.close();
  const tensors = weights.files.flatMap((file) => [...file.tensors.values()]);
  const bytes = (dtype?: string): number => tensors.reduce((sum, t) => sum + (dtype === undefined || t.dtype === dtype ? t.length : 0), 0);
  const small = weights.elements * 4 < SMALL;
  return { graph: new GraphWeights(weights), small, prepack: small || bytes('F32') < bytes() / 2 };
}

import { LookoutError } from '../errors.ts';
import { readCheckpoint } from './checkpoint/checkpoint.ts';
import type { VisionConfig } from './checkpoint/config.ts';
import { decoderGraph } from './graph/decoderGraph.ts';
import type { DecoderGraphOptions } from './graph/decoderGraph.ts';
import { GraphWeights } from './graph/graphWeights.ts';
import { readManifest } from './checkpoint/manifest.ts';
import { Qwen3VL } from './model.ts';
import type { ModelOptions } from './request.ts';
import { openSession } from './device/session.ts';
import type { Device, GraphMaker, OpenedSession } from './device/session.ts';
import { QwenTokenizer } from './decode/tokenizer.ts';
import { visionGraph } from './graph/visionGraph.ts';
import { Weights } from './checkpoint/weights.ts';

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
  const fp16 = readManifest(dir)?.precision === 'fp16';
  // texts that do not see each other go through together where attention takes a bias: on the processor
  const decoder: GraphMaker = (device, attention) =>
    decoderGraph(checkpoint.config, weights.graph, { packed: device === 'cpu', fresh: device === 'cpu', half: fp16 && device !== 'cpu', attention, ...graphOptions });
  const sessions = await openBoth(checkpoint.config.vision, weights, decoder, options);
  return new Qwen3VL(checkpoint, tokenizer, sessions.vision, sessions.decoder, options);
}

/** Both graphs on one device. Where `auto` has found a GPU that cannot hold them, the processor takes over. */
async function openBoth(config: VisionConfig, weights: OpenedWeights, decoder: GraphMaker, { device, threads }: ModelOptions): Promise<{ vision: OpenedSession; decoder: OpenedSession }> {
  const place = { folder: weights.graph.folder, prepack: weights.prepack };
  const seen = ['features', ...config.taps.map((_, j) => `deepstack_${j}`)];
  const open = (graph: GraphMaker, on: Device, kept: readonly string[]): Promise<OpenedSession> => openSession({ graph, ...place }, on, threads, weights.small, kept);
  const eyes: GraphMaker = (_, attention) => visionGraph(config, weights.graph, attention);
  const vision = await open(eyes, device, seen);
  try {
    return { vision, decoder: await open(decoder, vision.device, []) };
  } catch (error) {
    if (device !== 'auto' || vision.device === 'cpu' || !(error instanceof LookoutError)) throw error;
    await vision.session.release();
    const again = await open(eyes, 'cpu', seen);
    return { vision: { ...again, why: `${error.detail.replace(/\.$/, '')}; ${again.why}` }, decoder: await open(decoder, 'cpu', []) };
  }
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
  const tensors = weights.all();
  const bytes = (dtype?: string): number => tensors.reduce((sum, t) => sum + (dtype === undefined || t.dtype === dtype ? t.length : 0), 0);
  const small = weights.elements * 4 < SMALL;
  return { graph: new GraphWeights(weights), small, prepack: small || bytes('F32') < bytes() / 2 };
}

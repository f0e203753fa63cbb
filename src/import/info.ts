import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { LookoutError } from '../errors.ts';
import { readCheckpoint } from '../qwen3vl/checkpoint/checkpoint.ts';
import type { Checkpoint } from '../qwen3vl/checkpoint/checkpoint.ts';
import { readManifest } from '../qwen3vl/checkpoint/manifest.ts';
import type { Manifest, Precision } from '../qwen3vl/checkpoint/manifest.ts';
import { modelMemory } from '../qwen3vl/checkpoint/memory.ts';
import type { ModelMemory } from '../qwen3vl/checkpoint/memory.ts';
import { smartResize } from '../qwen3vl/video/resize.ts';
import { Weights } from '../qwen3vl/checkpoint/weights.ts';
import { sha256Of } from './checksum.ts';

export interface ModelInfo extends ModelMemory {
  readonly dir: string;
  readonly name: string;
  /** what the decoder's matrices are computed in; the type of the published weights beside it */
  readonly precision: Precision;
  readonly published: string;
  /** tokens that the model was made for */
  readonly maxContext: number;
  /** of a frame of SIZE in a window of FRAMES */
  readonly visualTokensPerFrame: number;
  readonly imported: Manifest | undefined;
  readonly here: Fit;
}

/** What this machine can hold. */
export interface Fit {
  /** memory that can be had now, bytes */
  readonly freeMemory: number;
  readonly processors: number;
  /** tokens of context that fit beside the weights; 0 where not even those do */
  readonly context: number;
}

/** Node and the runtime's working memory, bytes. */
const RUNTIME = 1.5 * 2 ** 30;
export const FRAMES = 16;
export const SIZE = { width: 1280, height: 720 } as const;

/** What a model folder holds and needs. Errors: those of opening it, but for its weights' contents. */
export function modelInfo(dir: string, freeMemory = process.availableMemory()): ModelInfo {
  const checkpoint = readCheckpoint(dir);
  const memory = modelMemory(checkpoint);
  const imported = readManifest(dir);
  const maxContext = checkpoint.config.text.maxPositions;
  const room = freeMemory - memory.weightsBytes - RUNTIME;
  const opens = freeMemory > memory.openingBytes + RUNTIME / 2;
  const context = opens ? Math.max(0, Math.min(maxContext, Math.floor(room / memory.kvBytesPerToken))) : 0;
  return {
    dir,
    name: imported?.source.name ?? checkpoint.name,
    precision: imported?.precision ?? 'fp32',
    published: publishedType(dir),
    ...memory,
    maxContext,
    visualTokensPerFrame: visualTokens(checkpoint),
    imported,
    here: { freeMemory, processors: availableParallelism(), context },
  };
}

/** Model folders in a folder: it is one itself, or its subfolders are. */
export function modelFolders(dir: string): string[] {
  if (!existsSync(dir)) throw new LookoutError('MODEL_NOT_FOUND', `${dir} is not there.`);
  if (existsSync(join(dir, 'config.json'))) return [dir];
  const entries = readdirSync(dir, { withFileTypes: true }).filter((e) => (e.isDirectory() || e.isSymbolicLink()) && !e.name.endsWith('.importing'));
  return entries.map(({ name }) => join(dir, name)).filter((folder) => existsSync(join(folder, 'config.json'))).sort();
}

/** Compares every file with the checksum that the import took. MODEL_WEIGHTS_CORRUPT at the first that differs, MODEL_WEIGHTS_MISSING where one is gone. */
export async function verifyModel(dir: string, { files }: Manifest, advance: (bytes: number) => void): Promise<void> {
  for (const { file, sha256 } of files) {
    const path = join(dir, file);
    if (!existsSync(path)) throw new LookoutError('MODEL_WEIGHTS_MISSING', `${path} is not there.`);
    if ((await sha256Of(path, advance)) !== sha256) throw new LookoutError('MODEL_WEIGHTS_CORRUPT', `${path} is not what was imported.`);
  }
}

/** The type that most of the weights beside quantised ones are stored in, as safetensors names it. */
function publishedType(dir: string): string {
  const weights = new Weights(dir);
  weights.close();
  const bytes = new Map<string, number>();
  for (const { name, dtype, length } of weights.all()) if (!/\.(q4|q8|scale)$/.test(name)) bytes.set(dtype, (bytes.get(dtype) ?? 0) + length);
  return [...bytes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}

function visualTokens({ config: { vision }, processing }: Checkpoint): number {
  const side = vision.patch * vision.merge;
  const { width, height } = smartResize(FRAMES, SIZE.height, SIZE.width, side, vision.temporalPatch, processing.minPixels, processing.maxPixels);
  return (width / side) * (height / side) / vision.temporalPatch;
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { VisionConfig } from './config.ts';
import { readCheckpoint } from './checkpoint.ts';
import type { Processing, SamplingDefaults } from './checkpoint.ts';

/** How a checkpoint cuts pictures into tokens. */
export interface Geometry {
  readonly vision: Pick<VisionConfig, 'patch' | 'merge' | 'temporalPatch'>;
  readonly processing: Processing;
  /** how answers are drawn where nobody says how; undefined: the most probable tokens */
  readonly sampling: SamplingDefaults | undefined;
}

/** Of the published Qwen3-VL checkpoints of all sizes: their preprocessor_config.json and video_preprocessor_config.json. */
export const PUBLISHED: Geometry = {
  vision: { patch: 16, merge: 2, temporalPatch: 2 },
  processing: {
    mean: [127.5, 127.5, 127.5],
    std: [127.5, 127.5, 127.5],
    minPixels: 4096,
    maxPixels: 25_165_824,
    image: { minPixels: 65_536, maxPixels: 16_777_216 },
    fps: 2,
    maxFrames: 768,
  },
  sampling: undefined,
};

/** A folder's own. Errors are those of `readCheckpoint`. */
export function geometryOf(dir: string): Geometry {
  const { config, processing, sampling } = readCheckpoint(dir);
  const { patch, merge, temporalPatch } = config.vision;
  return { vision: { patch, merge, temporalPatch }, processing, sampling };
}

/** A folder's where there is a checkpoint in it, else the published one: for models that are served elsewhere. */
export function likelyGeometry(dir: string): Geometry {
  return dir !== '' && existsSync(join(dir, 'config.json')) ? geometryOf(dir) : PUBLISHED;
}

/** Pixels on a side of one visual token. */
export function sideOf({ vision }: Geometry): number {
  return vision.patch * vision.merge;
}

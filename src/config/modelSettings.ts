import type { FrameSize } from '../ingest/frameSize.ts';
import { geometryOf, likelyGeometry } from '../qwen3vl/checkpoint/geometry.ts';
import type { Geometry } from '../qwen3vl/checkpoint/geometry.ts';
import type { ModelProcessOptions } from '../qwen3vl/process/process.ts';
import type { Config } from './schema.ts';

/** Area of one frame where neither the checkpoint nor the configuration asks for less: 768 tokens of Qwen3-VL. */
const MOST_PIXELS = 768 * 32 * 32;
const LEAST_PIXELS = 32 * 32;

/** Bounds on one frame. The checkpoint's own are on a whole video (frames × height × width), so a full window shares them. */
export function modelFrameSize(config: Config, video: { minPixels: number; maxPixels: number }): FrameSize {
  const { min_pixels: least, max_pixels: most } = config.video_processor;
  const frames = config.window.max_frames;
  const maxPixels = most ?? Math.max(LEAST_PIXELS, Math.min(MOST_PIXELS, Math.floor(video.maxPixels / frames)));
  return { minPixels: Math.min(maxPixels, least ?? Math.max(LEAST_PIXELS, Math.ceil(video.minPixels / frames))), maxPixels };
}

/** How the configuration's model cuts frames into tokens; an engine's as published, where its checkpoint is not here as well. Errors: MODEL_… */
export function modelGeometry({ model }: Pick<Config, 'model'>): Geometry {
  return model.backend === 'openai' ? likelyGeometry(model.name) : geometryOf(model.name);
}

/** How the model is run. */
export function modelProcessOptions({ model, video_processor: video }: Config): ModelProcessOptions {
  const { name: dir, device, threads, memory_mb: memoryMb, features_mb: featuresMb, features_dir: folder, features_dir_mb: folderMb } = model;
  const optional = { ...(threads ? { threads } : {}), ...(folder ? { featureDisk: { dir: folder, maxBytes: folderMb * 2 ** 20 } } : {}) };
  return { dir, device, maxContext: video.max_context_length, memoryMb, featuresMb, ...optional };
}

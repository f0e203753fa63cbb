import type { Config } from '../config/schema.ts';
import type { Logger } from '../health/log.ts';
import type { FrameSize } from '../ingest/frameSize.ts';
import type { ModelProcessOptions } from '../qwen3vl/process/process.ts';

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

/** How the model is run. */
export function modelProcessOptions({ model, video_processor: video }: Config): ModelProcessOptions {
  const { name: dir, device, threads, memory_mb: memoryMb, features_mb: featuresMb, features_dir: folder, features_dir_mb: folderMb } = model;
  const optional = { ...(threads ? { threads } : {}), ...(folder ? { featureDisk: { dir: folder, maxBytes: folderMb * 2 ** 20 } } : {}) };
  return { dir, device, maxContext: video.max_context_length, memoryMb, featuresMb, ...optional };
}

/** Rules and cameras are taken up while running; these are not. */
export const FIXED = ['model', 'events', 'mqtt', 'store', 'media', 'recordings', 'ask', 'api', 'rtmp', 'log'] as const;

export function tellRestart(before: Config, after: Config, log: Logger): void {
  const changed = awaitingRestart(before, after);
  if (changed.length > 0) log.warn({ keys: changed }, 'restart Lookout for these settings to take effect');
}

/** Sections that differ and are not taken up while running. */
export function awaitingRestart(before: Config, after: Config): string[] {
  return FIXED.filter((key) => fingerprint(before[key]) !== fingerprint(after[key]));
}

/** Secrets print as [redacted], so a changed password alone is not noticed; it must not leave its type for this. */
function fingerprint(value: unknown): string {
  return JSON.stringify(value);
}

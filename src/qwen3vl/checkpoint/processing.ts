import { z } from 'zod';
import { LookoutError } from '../../errors.ts';

/** Bounds of height × width, of a video times its frames. */
export interface PixelBounds {
  readonly minPixels: number;
  readonly maxPixels: number;
}

/** How pixels become numbers and how large a video may be: of the video processor's file. */
export interface Processing extends PixelBounds {
  /** per channel: (byte − mean) / std */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** of a picture that is shown by itself: of the image processor's file */
  readonly image: PixelBounds;
  /** how a video is sampled where nobody says how: frames a second, and how many at most */
  readonly fps: number;
  readonly maxFrames: number;
}

const size = z.looseObject({ shortest_edge: z.number().optional(), longest_edge: z.number().optional() });
const processorSchema = z.looseObject({
  image_mean: z.array(z.number()).length(3).nullish(),
  image_std: z.array(z.number()).length(3).nullish(),
  rescale_factor: z.number().positive().nullish(),
  do_rescale: z.boolean().nullish(),
  do_normalize: z.boolean().nullish(),
  size: size.nullish(),
  fps: z.number().positive().nullish(),
  max_frames: z.number().int().positive().nullish(),
});
const imageSchema = z.looseObject({ size: size.nullish(), min_pixels: z.number().positive().nullish(), max_pixels: z.number().positive().nullish() });

/** Qwen3VLVideoProcessor's bounds and rate, and those of the published image processors' files. */
const VIDEO = { minPixels: 128 * 32 * 32, maxPixels: 768 * 32 * 32, fps: 2, maxFrames: 768 };
const IMAGE = { minPixels: 64 * 32 * 32, maxPixels: 16_384 * 32 * 32 };

/** Reads one of a checkpoint's small JSON files; empty where it is not there. */
export type ReadJson = (name: string) => object;

/** The video processor's file in one of its spellings, else the image processor's, else Qwen3-VL's own figures. */
export function readProcessing(dir: string, read: ReadJson): Processing {
  const shared = read('processor_config.json') as { video_processor?: object; image_processor?: object };
  const image = { ...shared.image_processor, ...read('preprocessor_config.json') };
  const video = { ...shared.video_processor, ...read('video_preprocessor_config.json') };
  const parsed = processorSchema.safeParse({ ...image, size: undefined, ...video });
  if (!parsed.success) throw new LookoutError('MODEL_CONFIG_INVALID', `${dir}: the video processor's ${parsed.error.issues[0]?.path.join('.')} is invalid.`);
  const p = parsed.data;
  const levels = p.do_rescale === false ? 1 : 1 / (p.rescale_factor ?? 1 / 255);
  const normalize = p.do_normalize !== false;
  return {
    mean: (normalize ? (p.image_mean ?? [0.5, 0.5, 0.5]) : [0, 0, 0]).map((m) => m * levels),
    std: (normalize ? (p.image_std ?? [0.5, 0.5, 0.5]) : [1, 1, 1]).map((s) => s * levels),
    minPixels: p.size?.shortest_edge ?? VIDEO.minPixels,
    maxPixels: p.size?.longest_edge ?? VIDEO.maxPixels,
    image: imageBounds(dir, image),
    fps: p.fps ?? VIDEO.fps,
    maxFrames: p.max_frames ?? VIDEO.maxFrames,
  };
}

function imageBounds(dir: string, image: object): PixelBounds {
  const parsed = imageSchema.safeParse(image);
  if (!parsed.success) throw new LookoutError('MODEL_CONFIG_INVALID', `${dir}: the image processor's ${parsed.error.issues[0]?.path.join('.')} is invalid.`);
  const { size: sides, min_pixels: least, max_pixels: most } = parsed.data;
  return { minPixels: sides?.shortest_edge ?? least ?? IMAGE.minPixels, maxPixels: sides?.longest_edge ?? most ?? IMAGE.maxPixels };
}

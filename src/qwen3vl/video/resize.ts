import type { PixelBounds } from '../checkpoint/processing.ts';
import type { VisionConfig } from '../checkpoint/config.ts';
import type { Picture } from './frames.ts';

/**
 * The size that Qwen3-VL's video processor gives frames: sides rounded to multiples of `factor`, then frames × height × width
 * brought within the bounds. Rounding is Python's: ties to even. Source: transformers, video_processing_qwen3_vl.smart_resize.
 */
export function smartResize(frames: number, height: number, width: number, factor: number, temporal: number, minPixels: number, maxPixels: number): { height: number; width: number } {
  const scale = Math.max(1, factor / height, factor / width);
  const [h, w] = scale > 1 ? [Math.trunc(height * scale), Math.trunc(width * scale)] : [height, width];
  const n = Math.max(frames, temporal);
  const rounded = { height: roundHalfEven(h / factor) * factor, width: roundHalfEven(w / factor) * factor };
  const volume = roundHalfEven(n / temporal) * temporal * rounded.height * rounded.width;
  if (volume > maxPixels) {
    const beta = Math.sqrt((n * h * w) / maxPixels);
    const fit = (x: number): number => Math.max(factor, Math.floor(x / beta / factor) * factor);
    return { height: fit(h), width: fit(w) };
  }
  if (volume < minPixels) {
    const beta = Math.sqrt(minPixels / (n * h * w));
    const fit = (x: number): number => Math.ceil((x * beta) / factor) * factor;
    return { height: fit(h), width: fit(w) };
  }
  return rounded;
}

/** What of the vision tower says which sizes it takes. */
export type PatchSize = Pick<VisionConfig, 'patch' | 'merge' | 'temporalPatch'>;

/** Frames whose sides the model can take stay as they are; others are resized by the model's rule. */
export function resizeToFit(frames: readonly Picture[], config: PatchSize, bounds: PixelBounds): readonly Picture[] {
  const factor = config.patch * config.merge;
  const first = frames[0];
  if (!first || frames.every((f) => f.width % factor === 0 && f.height % factor === 0)) return frames;
  const size = smartResize(frames.length, first.height, first.width, factor, config.temporalPatch, bounds.minPixels, bounds.maxPixels);
  return frames.map((f) => resizeBicubic(f, size.width, size.height));
}

/** The size of a picture that is shown by itself. Source: transformers, image_processing_qwen2_vl.smart_resize. */
export function smartResizeImage(height: number, width: number, factor: number, { minPixels, maxPixels }: PixelBounds): { height: number; width: number } {
  const rounded = { height: roundHalfEven(height / factor) * factor, width: roundHalfEven(width / factor) * factor };
  const area = rounded.height * rounded.width;
  if (area > maxPixels) {
    const beta = Math.sqrt((height * width) / maxPixels);
    const fit = (x: number): number => Math.max(factor, Math.floor(x / beta / factor) * factor);
    return { height: fit(height), width: fit(width) };
  }
  if (area < minPixels) {
    const beta = Math.sqrt(minPixels / (height * width));
    const fit = (x: number): number => Math.ceil((x * beta) / factor) * factor;
    return { height: fit(height), width: fit(width) };
  }
  return rounded;
}

/** A picture that is shown by itself, at the size that the image processor would give it. */
export function resizeImage(picture: Picture, config: PatchSize, bounds: PixelBounds): Picture {
  const { width, height } = smartResizeImage(picture.height, picture.width, config.patch * config.merge, bounds);
  return resizeBicubic(picture, width, height);
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Bicubic with antialiasing on 8-bit channels, as Pillow and torch do it: along rows first, rounded to bytes, then columns. */
export function resizeBicubic(picture: Picture, width: number, height: number): Picture {
  if (picture.width === width && picture.height === height) return picture;
  const wide = resample(picture.data, picture.height, picture.width, 3, width);
  // a row of the picture counts as one sample of width × 3 channels
  return { width, height, data: resample(wide, 1, picture.height, width * 3, height) };
}

/** Resamples the middle axis of [outer, from, inner] to `to` samples. */
function resample(data: Uint8Array, outer: number, from: number, inner: number, to: number): Uint8Array {
  if (from === to) return data;
  const taps = bicubicTaps(from, to);
  const out = new Uint8ClampedArray(outer * to * inner);
  for (let o = 0; o < outer; o++) {
    for (const [i, { start, weights }] of taps.entries()) {
      const target = (o * to + i) * inner;
      for (let c = 0; c < inner; c++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += (weights[k] as number) * (data[(o * from + start + k) * inner + c] as number);
        // half up, as the fixed-point original does; clamping is the array's
        out[target + c] = Math.floor(sum + 0.5);
      }
    }
  }
  return new Uint8Array(out.buffer);
}

interface Taps {
  readonly start: number;
  readonly weights: readonly number[];
}

function bicubicTaps(from: number, to: number): Taps[] {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const reach = 2 * stretch;
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach + 0.5));
    const raw = Array.from({ length: end - start }, (_tap, k) => keys((start + k - centre + 0.5) / stretch));
    const sum = raw.reduce((a, b) => a + b, 0);
    return { start, weights: raw.map((v) => v / sum) };
  });
}

/** Keys' cubic kernel with a = −0.5 (Pillow's, and torch's where it antialiases). */
function keys(x: number): number {
  const a = -0.5;
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
}

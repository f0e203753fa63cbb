import { LookoutError } from '../../errors.ts';
import type { Processing } from '../checkpoint/checkpoint.ts';
import type { VisionConfig } from '../checkpoint/config.ts';
import type { Picture } from './frames.ts';

/** Patches per column and row. */
export interface Grid {
  readonly h: number;
  readonly w: number;
}

/** The grid of a picture; its sides must be multiples of patch × merge. */
export function gridOf({ width, height }: Picture, { patch, merge }: VisionConfig): Grid {
  const factor = patch * merge;
  if (width % factor !== 0 || height % factor !== 0 || width === 0 || height === 0) {
    throw new LookoutError('MODEL_RUNTIME', `A frame of ${width}×${height} is no multiple of ${factor}.`);
  }
  return { h: height / patch, w: width / patch };
}

/**
 * Writes one temporal patch into `out` at `offset`: rows in merge-block order (h/m, w/m, m, m), within a row (channel, time,
 * patch, patch), values (byte − mean) / std.
 */
export function patchify(frames: readonly Picture[], config: VisionConfig, processing: Processing, out: Float32Array, offset: number): void {
  const { patch, merge, channels } = config;
  const { h, w } = gridOf(frames[0] as Picture, config);
  const levels = levelTables(processing);
  let at = offset;
  for (let blockY = 0; blockY < h; blockY += merge) {
    for (let blockX = 0; blockX < w; blockX += merge) {
      for (let inner = 0; inner < merge * merge; inner++) {
        const top = (blockY + Math.floor(inner / merge)) * patch;
        const left = (blockX + (inner % merge)) * patch;
        for (let c = 0; c < channels; c++) {
          const table = levels[c] as Float32Array;
          for (const frame of frames) at = copyCell(frame, c, top, left, patch, table, out, at);
        }
      }
    }
  }
}

function copyCell({ width, data }: Picture, channel: number, top: number, left: number, patch: number, table: Float32Array, out: Float32Array, start: number): number {
  let at = start;
  for (let y = top; y < top + patch; y++) {
    let from = (y * width + left) * 3 + channel;
    for (let x = 0; x < patch; x++, from += 3) out[at++] = table[data[from] as number] as number;
  }
  return at;
}

function levelTables({ mean, std }: Processing): Float32Array[] {
  return mean.map((m, c) => Float32Array.from({ length: 256 }, (_, byte) => Math.fround(byte - Math.fround(m)) / Math.fround(std[c] ?? 1)));
}

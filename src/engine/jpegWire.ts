import type { Picture } from '../qwen3vl/video/frames.ts';

/** To the encoder's process: a picture with a number, which its answer carries. */
export interface ToJpeg {
  readonly id: number;
  readonly picture: Picture;
}

/** From it: the JPEG, or what went wrong. */
export type FromJpeg = { readonly id: number; readonly jpeg: Uint8Array } | { readonly id: number; readonly error: string };

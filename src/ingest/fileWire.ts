import { z } from 'zod';

/**
 * `from` and `to`: the part that is wanted, ms of the file's own time, both included. `plan`: no more frames than so many, spread over
 * all of it, and no more pixels in all.
 */
export const FileInit = z.object({
  path: z.string(),
  frameSize: z.object({ minPixels: z.number().positive(), maxPixels: z.number().positive() }),
  fps: z.number().positive(),
  from: z.number(),
  to: z.number(),
  plan: z.object({ frames: z.number().int().positive(), pixels: z.number().positive() }).optional(),
});
export type FileInit = z.infer<typeof FileInit>;

/** How many more frames the reader will take. */
export const Credit = z.object({ more: z.number() });

/** What a file child says. */
export type FromFile =
  /** first: how long the file is, ms, where it says */
  | { readonly kind: 'opened'; readonly duration: number | undefined }
  | { readonly kind: 'frame'; readonly pts: number; readonly width: number; readonly height: number; readonly data: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly detail: string };

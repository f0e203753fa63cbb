import { z } from 'zod';
import { CameraInit } from './cameraWire.ts';

export const FileInit = CameraInit.pick({ frameSize: true }).extend({ path: z.string(), fps: z.number().positive() });
export type FileInit = z.infer<typeof FileInit>;

/** How many more frames the reader will take. */
export const Credit = z.object({ more: z.number() });

/** What a file child says. */
export type FromFile =
  | { readonly kind: 'frame'; readonly pts: number; readonly width: number; readonly height: number; readonly data: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly detail: string };

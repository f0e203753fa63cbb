import { z } from 'zod';
import { CameraInit } from './cameraWire.ts';

/** `from` and `to`: the part that is wanted, ms of the file's own time, both included. */
export const FileInit = CameraInit.pick({ frameSize: true }).extend({ path: z.string(), fps: z.number().positive(), from: z.number(), to: z.number() });
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

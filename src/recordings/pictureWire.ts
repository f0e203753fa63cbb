import { z } from 'zod';
import type { ErrorCode } from '../errors.ts';

/** `clip` begins at `from` (wall clock, ms) with a keyframe; the JPEG of its picture nearest to `at` goes to `file`. */
export const PictureInit = z.object({ clip: z.string(), from: z.number(), at: z.number(), file: z.string() });
export type PictureInit = z.infer<typeof PictureInit>;

export type FromPicture = { readonly ok: true } | { readonly ok: false; readonly code: ErrorCode; readonly detail: string };

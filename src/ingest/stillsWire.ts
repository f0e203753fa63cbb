import { z } from 'zod';

/** Pictures to decode, in order. */
export const StillsOrder = z.object({
  paths: z.array(z.string()),
  frameSize: z.object({ minPixels: z.number().positive(), maxPixels: z.number().positive() }),
});
export type StillsOrder = z.infer<typeof StillsOrder>;

/** What a child that decodes pictures says; `end` when an order is done. */
export type FromStills =
  | { readonly kind: 'picture'; readonly index: number; readonly width: number; readonly height: number; readonly data: Uint8Array }
  /** of one picture; the others go on */
  | { readonly kind: 'unreadable'; readonly index: number; readonly detail: string }
  | { readonly kind: 'end' };

import type { ErrorCode } from '../errors.ts';

/** What a camera's process is told to keep. Times are wall clock, ms; files are drafts, absolute, in a folder that is there. Each is answered once, `until` is not. */
export type KeepOrder =
  | { readonly kind: 'snapshot'; readonly id: number; readonly at: number; readonly file: string }
  | { readonly kind: 'clip'; readonly id: number; readonly from: number; readonly to: number; readonly file: string }
  /** moves the end of a clip that is being cut */
  | { readonly kind: 'until'; readonly id: number; readonly to: number };

/** What became of it: the wall clock (ms) of the first and the last picture that was kept, or why there is none. */
export type Kept =
  | { readonly kind: 'kept'; readonly id: number; readonly ok: true; readonly from: number; readonly to: number }
  | { readonly kind: 'kept'; readonly id: number; readonly ok: false; readonly code: ErrorCode; readonly detail: string };

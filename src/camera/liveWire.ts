import type { ErrorCode } from '../errors.ts';

/** What a camera's process is told of those who watch it live. `bytes`: what a viewer has taken since it began; several such are as good as the last. */
export type LiveOrder =
  | { readonly kind: 'watch'; readonly id: number }
  | { readonly kind: 'taken'; readonly id: number; readonly bytes: number }
  | { readonly kind: 'unwatch'; readonly id: number };

/** The next bytes of a viewer's stream; or that it is over, and why where it is not simply the stream's end. */
export type LiveNews =
  | { readonly kind: 'live'; readonly id: number; readonly codec: string; readonly data: Uint8Array }
  | { readonly kind: 'over'; readonly id: number; readonly code?: ErrorCode; readonly detail?: string };

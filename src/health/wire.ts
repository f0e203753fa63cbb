import type { ErrorCode } from '../errors.ts';

/** What the supervisor says to a child. `init` comes once, first. */
export type ToChild = { readonly kind: 'init'; readonly body: unknown } | { readonly kind: 'message'; readonly body: unknown } | { readonly kind: 'stop' };

/** What a child says to its supervisor. `beat` shows that its event loop turns; `failed` precedes an exit after a failed init. */
export type FromChild =
  | { readonly kind: 'hello' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'beat' }
  | { readonly kind: 'message'; readonly body: unknown }
  | { readonly kind: 'failed'; readonly detail: string; readonly code?: ErrorCode };

import type { ErrorCode } from '../errors.ts';
import type { ModelOptions } from './request.ts';

/** What the model's child is told first. */
export interface ModelInit {
  readonly dir: string;
  readonly options: ModelOptions;
}

/** One call of the model. */
export interface ModelCall {
  readonly id: number;
  readonly method: 'generate' | 'score' | 'scoreMany';
  readonly args: readonly unknown[];
}

export type ModelReply = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: { readonly code: ErrorCode; readonly detail: string } };

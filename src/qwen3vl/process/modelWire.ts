import type { ErrorCode } from '../../errors.ts';
import type { WireVideo } from './frameWire.ts';
import type { ChatRequest } from '../conversation.ts';
import type { ToldPiece } from '../decode/telling.ts';
import type { GenerateRequest, ModelOptions } from '../request.ts';

/** What the model's child is told first. */
export interface ModelInit {
  readonly dir: string;
  readonly options: ModelOptions;
}

/** One call of the model, as it crosses to the child. */
export type ModelCall = { readonly id: number } & (
  | { readonly method: 'generate'; readonly request: Omit<GenerateRequest, 'video'>; readonly video?: WireVideo }
  | { readonly method: 'prefill'; readonly video: WireVideo; readonly stream: string }
  | { readonly method: 'scoreMany'; readonly prompts: readonly string[]; readonly yes: string; readonly no: string }
  | { readonly method: 'chat'; readonly request: ChatRequest }
  /** nobody wants the answer to the conversation of this number any more */
  | { readonly method: 'abandon' }
);

/** What was written of a conversation's answer since the last one. */
export interface ModelTold {
  readonly id: number;
  readonly told: ToldPiece;
}

/** Said once, before the first reply. */
export interface ModelOpened {
  /** what it runs on, and how that was chosen */
  readonly opened: string;
}

export type ModelReply = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: { readonly code: ErrorCode; readonly detail: string } };

import type { VideoMarkup } from './decode/chat.ts';
import type { TextConfig } from './checkpoint/config.ts';
import type { VideoInput } from './video/frames.ts';
import type { JsonSchema } from './grammar/grammar.ts';
import { kvBytesPerToken } from './device/kvCache.ts';
import type { Device } from './device/session.ts';

export const KV_BYTES = 2 ** 30;

export interface ModelOptions {
  readonly device: Device;
  /** CPU threads; default: one for a small model, else all cores, at most eight */
  readonly threads?: number;
  /** tokens of prompt and answer; default and upper bound: config.json's */
  readonly maxContext?: number;
  /** how the video stands in the prompt; default `plain`, as in Qwen's cookbook */
  readonly markup?: VideoMarkup;
  /** bytes of visual features that are kept in memory; default 256 MiB */
  readonly featureBytes?: number;
  /** a folder for features, and its bound in bytes; default: none */
  readonly featureDisk?: { readonly dir: string; readonly maxBytes: number };
  /** bytes of keys and values, of all streams together; bounds the context; default 1 GiB */
  readonly kvBytes?: number;
}

export interface GenerateRequest {
  readonly video?: VideoInput;
  readonly prompt: string;
  readonly maxTokens: number;
  /** the answer is held to it */
  readonly schema?: JsonSchema;
  /**
   * Names the rolling video that `video` is a window of. A window that begins with the same frames at the same times as the one
   * before pays only for what is new. The answer is the same with and without.
   */
  readonly stream?: string;
  /** no window that follows begins with this one: of its keys and values nothing is kept, and other streams keep theirs */
  readonly once?: boolean;
  /** wall clock, ms, after which nobody wants the answer; a model that cannot let go of a call answers all the same */
  readonly deadline?: number;
}

export interface GenerateResult {
  readonly text: string;
  readonly tokens: number[];
  /** of each chosen token, among all tokens */
  readonly probabilities: number[];
  /** text of each token */
  readonly pieces: string[];
  readonly finish: 'stop' | 'length';
  /** seconds on the stamps that stood in the prompt, where they are not the means of the frames' pairs */
  readonly stamps?: readonly number[];
  readonly visualTokens: number;
  /** of these, whose features had been computed before and were there still, in memory or on the disk */
  readonly cachedVisualTokens?: number;
  readonly promptTokens: number;
  /** prompt tokens whose keys and values were there already */
  readonly reusedTokens: number;
  /** runs of the decoder that the answer took; fewer than its tokens where earlier answers resemble it */
  readonly runs: number;
  readonly ms: { readonly vision: number; readonly prefill: number; readonly decode: number };
}

/** Tokens of prompt and answer that a model can take: the least of what was asked for, what it was made for, and what fits. */
export function contextOf(text: TextConfig, { maxContext = Infinity, kvBytes = KV_BYTES }: Pick<ModelOptions, 'maxContext' | 'kvBytes'>): number {
  return Math.min(maxContext, text.maxPositions, Math.floor(kvBytes / kvBytesPerToken(text)));
}

/** Bounds of frames × height × width of a video. */
export interface VideoSize {
  readonly minPixels: number;
  readonly maxPixels: number;
}

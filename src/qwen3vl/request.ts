import type { VideoMarkup } from './chat.ts';
import type { VideoInput } from './frames.ts';
import type { JsonSchema } from './grammar.ts';
import type { Device } from './session.ts';

export interface ModelOptions {
  readonly device: Device;
  /** CPU threads; default: one for a small model, else all cores, at most eight */
  readonly threads?: number;
  /** tokens of prompt and answer; default and upper bound: config.json's */
  readonly maxContext?: number;
  /** how the video stands in the prompt; default `plain`, as in Qwen's cookbook */
  readonly markup?: VideoMarkup;
}

export interface GenerateRequest {
  readonly video?: VideoInput;
  readonly prompt: string;
  readonly maxTokens: number;
  /** the answer is held to it */
  readonly schema?: JsonSchema;
}

export interface GenerateResult {
  readonly text: string;
  readonly tokens: number[];
  /** of each chosen token, among all tokens */
  readonly probabilities: number[];
  /** text of each token */
  readonly pieces: string[];
  readonly finish: 'stop' | 'length';
  readonly visualTokens: number;
  readonly promptTokens: number;
  readonly ms: { readonly vision: number; readonly prefill: number; readonly decode: number };
}

/** Bounds of frames × height × width of a video. */
export interface VideoSize {
  readonly minPixels: number;
  readonly maxPixels: number;
}

import type { ENGINE_KINDS } from '../config/engineSchema.ts';
import type { JsonSchema } from '../qwen3vl/grammar/grammar.ts';
import type { Sampling } from '../qwen3vl/decode/sampling.ts';
import type { Layout } from './layout.ts';
import type { PackedTurn } from './pack.ts';
import type { EngineCall } from './transport.ts';

export type EngineKind = (typeof ENGINE_KINDS)[number];

/** What a server turned out to be able to do when it was tried. */
export interface Abilities {
  readonly kind: EngineKind;
  /** as the server calls it */
  readonly model: string;
  /** tokens of prompt and answer; undefined: it does not say */
  readonly context: number | undefined;
  readonly layout: Layout;
  /** it holds answers to a JSON schema */
  readonly schema: boolean;
  /** it tells log-probabilities, and how many of the likeliest tokens with them */
  readonly logprobs: number;
  /** Ollama: pictures stand where the text says `[img]`; false: before the text */
  readonly placeholders: boolean;
}

/** What an engine is asked, whatever its words for it. */
export interface Ask {
  readonly turns: readonly PackedTurn[];
  readonly maxTokens: number;
  readonly schema?: JsonSchema;
  /** undefined: the most probable tokens */
  readonly sampling?: Sampling;
  readonly stop?: readonly string[];
  /** log-probabilities are wanted, and so many of the likeliest tokens with each */
  readonly top?: number;
}

export interface LikelyText {
  readonly text: string;
  readonly bytes?: Uint8Array;
  /** 0..1 */
  readonly probability: number;
}

export interface SaidToken extends LikelyText {
  readonly top: readonly LikelyText[];
}

/** What an engine says. */
export interface Said {
  readonly text: string;
  readonly finish: 'stop' | 'length';
  /** undefined: it tells none */
  readonly tokens: readonly SaidToken[] | undefined;
  readonly promptTokens: number;
  readonly answerTokens: number;
  /** prompt tokens that its prefix cache had */
  readonly reusedTokens: number;
  /** the model's name, where it says */
  readonly model: string | undefined;
}

export interface Dialect {
  call(ask: Ask, abilities: Abilities): EngineCall;
  /** Checks every part of an answer. Throws ENGINE_ANSWER. */
  read(json: unknown): Said;
}

/** Texts of an answer are no longer than so many characters a token; beyond it is nonsense. */
export const MOST_CHARACTERS = 64;

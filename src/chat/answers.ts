import { randomUUID } from 'node:crypto';
import type { ChatResult } from '../qwen3vl/model.ts';
import type { LikelyToken, ToldToken } from '../qwen3vl/decode/telling.ts';
import type { Chunk, Completion, Logprobs, Usage } from './body.ts';

/** What all that is said of one answer begins with. */
export interface AnswerHead {
  readonly id: string;
  /** s */
  readonly created: number;
  readonly model: string;
}

/** A probability of 0 has no logarithm that JSON could hold. */
const LEAST = -9999;

export function headOf(model: string, now: number): AnswerHead {
  return { id: `chatcmpl-${randomUUID().replaceAll('-', '')}`, created: Math.floor(now / 1000), model };
}

export function completionOf({ id, created, model }: AnswerHead, result: ChatResult, told: boolean): Completion {
  const message = { role: 'assistant' as const, content: result.text, refusal: null };
  const logprobs = told ? logprobsOf(result.tokens) : null;
  return { id, object: 'chat.completion', created, model, system_fingerprint: null, choices: [{ index: 0, message, logprobs, finish_reason: result.finish }], usage: usageOf(result) };
}

export function chunkOf({ id, created, model }: AnswerHead, choice: Partial<Chunk['choices'][number]> | undefined, usage?: Usage | null): Chunk {
  const choices = choice ? [{ index: 0 as const, delta: {}, logprobs: null, finish_reason: null, ...choice }] : [];
  return { id, object: 'chat.completion.chunk', created, model, system_fingerprint: null, choices, ...(usage === undefined ? {} : { usage }) };
}

export function usageOf({ promptTokens, answerTokens, reusedTokens, visualTokens }: ChatResult): Usage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: answerTokens,
    total_tokens: promptTokens + answerTokens,
    prompt_tokens_details: { cached_tokens: reusedTokens, audio_tokens: 0, visual_tokens: visualTokens },
  };
}

export function logprobsOf(tokens: readonly ToldToken[]): Logprobs {
  return { content: tokens.map((token) => ({ ...likely(token), top_logprobs: token.top.map(likely) })), refusal: null };
}

function likely({ bytes, probability }: LikelyToken): { token: string; logprob: number; bytes: number[] } {
  return { token: Buffer.from(bytes).toString(), logprob: Math.max(LEAST, Math.log(probability)), bytes: [...bytes] };
}

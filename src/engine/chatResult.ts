import type { ChatResult } from '../qwen3vl/conversation.ts';
import type { LikelyToken } from '../qwen3vl/decode/telling.ts';
import { spoken } from './answer.ts';
import type { LikelyText, Said } from './dialect.ts';

/** What an engine said, as the next turn of a conversation. `told`: its tokens are wanted. */
export function chatResult(said: Said, visualTokens: number, told: boolean): ChatResult {
  const { text, tokens, finish } = spoken(said);
  return {
    text,
    finish,
    tokens: told ? (tokens ?? []).map((token) => ({ ...likelyToken(token), top: token.top.map(likelyToken) })) : [],
    answerTokens: said.answerTokens,
    promptTokens: said.promptTokens,
    visualTokens,
    reusedTokens: said.reusedTokens,
  };
}

function likelyToken({ text, bytes, probability }: LikelyText): LikelyToken {
  return { bytes: bytes ?? new TextEncoder().encode(text), probability };
}

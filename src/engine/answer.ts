import type { GenerateResult } from '../qwen3vl/request.ts';
import type { Said, SaidToken } from './dialect.ts';
import { MOST_CHARACTERS } from './dialect.ts';

/**
 * How sure an event is of an engine that tells no probabilities: nobody knows, so it is neither believed at first sight nor dropped.
 * Below `events.min_confidence` it has to be confirmed by another window.
 */
export const UNKNOWN = 0.5;

/** What an engine said, as the answer of a model. */
export function resultOf(said: Said, shown: Pick<GenerateResult, 'visualTokens' | 'stamps'>, maxTokens: number, ms: number): GenerateResult {
  const { text, tokens, finish } = bounded(spoken(said), maxTokens);
  // what an engine says of itself is not believed to make room for
  const answered = Math.min(said.answerTokens, mostOf(maxTokens));
  return {
    text,
    // an engine tells no ids, only how many there are
    tokens: new Array<number>(answered).fill(-1),
    pieces: tokens ? tokens.map((token) => token.text) : [text],
    probabilities: tokens ? tokens.map((token) => token.probability) : [UNKNOWN],
    finish,
    ...shown,
    promptTokens: said.promptTokens,
    reusedTokens: Math.min(said.reusedTokens, said.promptTokens),
    runs: answered,
    ms: { vision: 0, prefill: 0, decode: ms },
  };
}

interface Spoken {
  readonly text: string;
  readonly tokens: readonly SaidToken[] | undefined;
  readonly finish: 'stop' | 'length';
}

/**
 * The answer without what was thought before it, and without blanks around it: grammars may allow them, and some servers cut them off the
 * text but not off the tokens. Tokens whose texts do not hold the answer (parts of characters) stay as they are.
 */
export function spoken({ text, tokens, finish }: Said): Spoken {
  const thought = /^\s*<think>[\s\S]*?(<\/think>|$)/.exec(text)?.[0].length ?? 0;
  const words = text.slice(thought).trim();
  const at = tokens?.map((token) => token.text).join('').indexOf(words) ?? -1;
  return { text: words, tokens: at > 0 && tokens ? after(tokens, at) : tokens, finish };
}

/** Tokens from a character on; one in the middle of which it lies keeps its rest. */
function after(tokens: readonly SaidToken[], start: number): SaidToken[] {
  let at = 0;
  return tokens.flatMap((token) => {
    const from = Math.max(0, start - at);
    at += token.text.length;
    return at > start || token.text.length === 0 ? [{ ...token, text: token.text.slice(from) }] : [];
  });
}

/** The end of an answer, and blanks around it, are tokens as well. */
function mostOf(maxTokens: number): number {
  return maxTokens + 8;
}

/** An engine that does not keep to the tokens it was given costs no more than they could be. */
function bounded({ text, tokens, finish }: Spoken, maxTokens: number): Spoken {
  const most = maxTokens * MOST_CHARACTERS;
  return { text: text.slice(0, most), tokens: tokens?.slice(0, mostOf(maxTokens)), finish: text.length > most ? 'length' : finish };
}

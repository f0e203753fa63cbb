import type { LikelyText, Said } from './dialect.ts';

/** So many of the likeliest tokens are looked at for the two words: what OpenAI's API allows. */
export const MOST_TOP = 20;

/**
 * P(yes) / (P(yes) + P(no)) at the answer's first token, all spellings of each word together; where an engine tells no probabilities,
 * its word: 1 or 0.
 */
export function oddsOf({ text, tokens }: Said, yes: string, no: string): number {
  const first = tokens?.find((token) => token.text.trim() !== '' || token.top.some((likely) => isBeginning(likely.text, yes) || isBeginning(likely.text, no)));
  if (first) {
    const among = first.top.length > 0 ? first.top : [first];
    const [forIt, against] = [weigh(among, yes), weigh(among, no)];
    if (forIt + against > 0) return forIt / (forIt + against);
  }
  return saidWord(text, yes, no);
}

function weigh(likely: readonly LikelyText[], word: string): number {
  return likely.reduce((sum, { text, probability }) => (isBeginning(text, word) ? sum + probability : sum), 0);
}

/** Whether a token begins the word: small vocabularies cut even "yes" into parts. */
function isBeginning(token: string, word: string): boolean {
  const text = token.trim().toLowerCase();
  return text !== '' && word.toLowerCase().startsWith(text);
}

function saidWord(text: string, yes: string, no: string): number {
  const word = /[\p{L}]+/u.exec(text.replace(/^\s*<think>[\s\S]*?<\/think>/, ''))?.[0].toLowerCase();
  if (word === undefined || word === no.toLowerCase()) return 0;
  return word === yes.toLowerCase() ? 1 : 0;
}

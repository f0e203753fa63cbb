import type { PreparedPrompt } from './prompt.ts';
import type { QwenTokenizer } from './tokenizer.ts';

/** Tokens that a word may begin with. */
interface Words {
  readonly yes: readonly number[];
  readonly no: readonly number[];
}

/** Tokens that a word begins with, capitalised or not. */
export function firstTokens(tokenizer: QwenTokenizer, word: string): number[] {
  const spellings = [word, (word[0] ?? '').toUpperCase() + word.slice(1)];
  return [...new Set(spellings.flatMap((w) => tokenizer.encode(w).slice(0, 1)))];
}

/** P(yes) / (P(yes) + P(no)) by logits [vocab]. */
export function odds(logits: Float32Array, { yes, no }: Words): number {
  const top = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const weigh = (ids: readonly number[]): number => ids.reduce((sum, id) => sum + Math.exp((logits[id] ?? -Infinity) - top), 0);
  const [forIt, against] = [weigh(yes), weigh(no)];
  return forIt + against === 0 ? 0 : forIt / (forIt + against);
}

/** What all of several text prompts begin with, as a prompt; each goes on by at least one token. */
export function sharedStart(prompts: readonly PreparedPrompt[]): PreparedPrompt {
  const [first] = prompts;
  if (!first) throw new RangeError('no prompts');
  const most = Math.min(...prompts.map(({ ids }) => ids.length)) - 1;
  let count = 0;
  while (count < most && prompts.every(({ ids }) => ids[count] === first.ids[count])) count++;
  const positions = Int32Array.from({ length: 3 * count }, (_, i) => i % count);
  return { ids: first.ids.slice(0, count), positions, patches: [], next: count, visualTokens: 0, cachedVisualTokens: 0 };
}

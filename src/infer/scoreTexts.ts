import { matchPrompt } from './prompts.ts';
import type { ScoreMany } from './scoreBatches.ts';

/** Does what happened, in the event's words, satisfy the sentence? */
export interface TextQuestion {
  readonly text: string;
  readonly ask: string;
}

export interface ScoreTextsOptions {
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

/** Questions in one call of the model. */
const MOST = 32;

/**
 * Scores (0..1) of many questions, in their order: for when there is no hurry. Equal ones are asked once, and short ones go together,
 * so that none waits for the length of another. @throws the signal's reason, MODEL_…
 */
export async function scoreTexts(scoreMany: ScoreMany, questions: readonly TextQuestion[], opts: ScoreTextsOptions = {}): Promise<number[]> {
  const prompts = questions.map(({ text, ask }) => matchPrompt(text, ask));
  const distinct = [...new Set(prompts)].sort((a, b) => a.length - b.length);
  const scores = new Map<string, number>();
  opts.onProgress?.(0, distinct.length);
  for (let at = 0; at < distinct.length; at += MOST) {
    opts.signal?.throwIfAborted();
    const batch = distinct.slice(at, at + MOST);
    const answers = await scoreMany(batch, 'yes', 'no');
    batch.forEach((prompt, i) => scores.set(prompt, answers[i] ?? 0));
    opts.onProgress?.(scores.size, distinct.length);
  }
  return prompts.map((prompt) => scores.get(prompt) ?? 0);
}

interface Waiting extends TextQuestion {
  resolve(score: number): void;
  reject(error: unknown): void;
}

/** The same for questions that come one by one: those of one turn of the event loop go together. */
export function gatherTexts(scoreMany: ScoreMany, opts: ScoreTextsOptions = {}): (text: string, ask: string) => Promise<number> {
  let waiting: Waiting[] = [];
  const flush = async (): Promise<void> => {
    const asked = waiting;
    waiting = [];
    try {
      const scores = await scoreTexts(scoreMany, asked, opts);
      asked.forEach(({ resolve }, i) => resolve(scores[i] ?? 0));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  };
  return (text, ask) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(() => void flush());
      waiting.push({ text, ask, resolve, reject });
    });
}

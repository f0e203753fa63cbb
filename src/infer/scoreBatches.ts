import { matchPrompt } from './prompts.ts';

/** Scores in one call of the model: it answers nothing else meanwhile, windows included. */
const MOST = 32;

/** P(yes) of each prompt; what the prompts begin with alike is computed once. */
export type ScoreMany = (prompts: readonly string[], yes: string, no: string) => Promise<number[]>;

interface Asked {
  readonly rule: string;
  resolve(score: number): void;
  reject(error: unknown): void;
}

/**
 * Gathers the scores that are asked for in one turn of the event loop, an event against each rule in turn, and asks for all of an
 * event's together: they share the prompt's beginning, and many short texts go through a model for little more than one.
 */
export function batchScores(scoreMany: ScoreMany): (event: string, rule: string) => Promise<number> {
  const waiting = new Map<string, Asked[]>();
  const flush = (): void => {
    const events = [...waiting];
    waiting.clear();
    for (const [event, asked] of events) {
      for (let at = 0; at < asked.length; at += MOST) void settle(scoreMany, event, asked.slice(at, at + MOST));
    }
  };
  return (event, rule) =>
    new Promise((resolve, reject) => {
      if (waiting.size === 0) setImmediate(flush);
      const asked = waiting.get(event) ?? [];
      asked.push({ rule, resolve, reject });
      waiting.set(event, asked);
    });
}

async function settle(scoreMany: ScoreMany, event: string, asked: readonly Asked[]): Promise<void> {
  try {
    const scores = await scoreMany(asked.map(({ rule }) => matchPrompt(event, rule)), 'yes', 'no');
    for (const [i, { resolve }] of asked.entries()) resolve(scores[i] as number);
  } catch (error) {
    for (const { reject } of asked) reject(error);
  }
}

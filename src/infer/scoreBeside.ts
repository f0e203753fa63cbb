import { setTimeout as sleep } from 'node:timers/promises';
import { gatherTexts } from './scoreTexts.ts';
import type { ScoreMany } from './scoreBatches.ts';
import { secondOpinion } from './secondOpinion.ts';
import type { ScoreTextsOptions, TextQuestion } from './scoreTexts.ts';

export interface ScoreBesideOptions {
  /** other ways to say what a sentence says */
  wordings(sentence: string): readonly string[];
  now?(): number;
}

/** Scores texts for those who do not hurry, beside the windows of the cameras. */
export type ScoreBeside = (questions: readonly TextQuestion[], opts?: ScoreTextsOptions) => Promise<number[]>;

/** A window that comes while a batch is in work waits for it: this is how long a batch may take, ms. */
const LONGEST = 150;
const FIRST = 4;
const MOST = 32;
/** Batches by which it is reckoned what a text takes. */
const RECENT = 16;
/** Prompts whose scores are remembered, so that a rule tried again with another threshold costs nothing. */
const REMEMBERED = 50_000;

/**
 * Scores as the rules' own are made, second opinions included, but in batches that take no longer than a moment, with pauses as long as
 * they take: live windows come in between, and have at least half of the model. Scores are remembered, the oldest forgotten first.
 */
export function scoreBeside(scoreMany: ScoreMany, { wordings, now = () => performance.now() }: ScoreBesideOptions): ScoreBeside {
  const known = new Map<string, number>();
  /** ms a text of the last batches, their waiting for windows included: the least is what a text takes */
  const recent: number[] = [];
  const each = (): number => (recent.length === 0 ? LONGEST / FIRST : Math.min(...recent));
  const inTurns = async (prompts: readonly string[], yes: string, no: string, signal: AbortSignal | undefined): Promise<number[]> => {
    const missing = prompts.filter((prompt) => !known.has(prompt));
    const found = new Map<string, number>();
    for (let at = 0; at < missing.length; ) {
      signal?.throwIfAborted();
      const some = missing.slice(at, at + Math.max(1, Math.min(MOST, Math.floor(LONGEST / each()))));
      const began = now();
      const scores = await scoreMany(some, yes, no);
      recent.push((now() - began) / some.length);
      if (recent.length > RECENT) recent.shift();
      some.forEach((prompt, i) => found.set(prompt, scores[i] ?? 0));
      at += some.length;
      if (at < missing.length) await sleep(Math.min(each() * some.length, 10 * LONGEST), undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
    }
    for (const [prompt, score] of found) {
      known.set(prompt, score);
      const oldest = known.keys().next();
      if (known.size > REMEMBERED && !oldest.done) known.delete(oldest.value);
    }
    return prompts.map((prompt) => found.get(prompt) ?? known.get(prompt) ?? 0);
  };
  return async (questions, opts = {}) => {
    const gathered = gatherTexts((prompts, yes, no) => inTurns(prompts, yes, no, opts.signal), opts);
    const opinion = secondOpinion(gathered, wordings);
    return Promise.all(questions.map(({ text, ask }) => opinion(text, ask)));
  };
}

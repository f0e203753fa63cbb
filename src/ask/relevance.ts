import { secondOpinion } from '../infer/secondOpinion.ts';
import { wordingsOf } from '../rules/wordings.ts';
import type { Question } from './question.ts';

/** Texts of events recur: their scores are remembered, so many of a question. */
const REMEMBERED = 2000;

/** How well events match what a question asks for, 0..1; null where it asks for nothing that happens. */
export function relevanceTo(question: Question, score: (event: string, rule: string) => Promise<number>): (text: string) => Promise<number | null> {
  if (question.kind !== 'match') return () => Promise.resolve(null);
  const { statement } = question;
  const opinion = secondOpinion(score, wordingsOf);
  const known = new Map<string, Promise<number>>();
  return (text) => {
    const found = known.get(text) ?? opinion(text, statement);
    if (known.size < REMEMBERED) known.set(text, found);
    return found;
  };
}

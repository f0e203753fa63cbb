import { clauseOf } from './rule.ts';

const CHINESE = /\p{Script=Han}/u;

/** Other ways to say what a rule's sentence says: bare, and as a request. */
export function wordingsOf(sentence: string): string[] {
  const clause = clauseOf(sentence);
  return [clause, CHINESE.test(clause) ? `提醒我：${clause}` : `let me know when ${clause}`];
}

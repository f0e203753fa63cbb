import type { Severity } from '../values.ts';

/** What is to be told of, as a sentence, and how. */
export interface Rule {
  readonly id: string;
  /** the whole sentence, as people wrote it: "alert when someone picks up the phone" */
  readonly alert: string;
  /** ids; empty: all cameras */
  readonly cameras: readonly string[];
  /** seconds after a verdict in which this rule stays silent for that camera; 0: never silent */
  readonly cooldown: number;
  readonly severity: Severity;
  /** least probability of "yes", 0..1 */
  readonly threshold: number;
  readonly enabled: boolean;
}

const OPENINGS = [
  /^(?:please\s+)?(?:send|give|raise|trigger)\s+(?:me\s+|us\s+)?(?:an?\s+)?(?:alert|alarm|notification|message|warning)\s+(?:when(?:ever)?|if|as soon as)\s+/i,
  /^(?:please\s+)?(?:alert|tell|notify|warn|inform|message|ping|let)\s*(?:me|us)?\s*(?:know\s+)?(?:when(?:ever)?|if|as soon as)\s+/i,
  /^(?:when(?:ever)?|if)\s+/i,
  /^(?:请|請)?(?:提醒|通知|告诉|告訴|警告)我?\s*[：:，,]?\s*(?:当|當|如果|若)?/u,
  /^(?:如果|当|當|若|一旦)/u,
];
const ENDINGS = [
  /(?:的)?(?:时候?|時候?)?\s*[，,]?\s*(?:请|請|就|要|则)?(?:立即|马上)?(?:提醒|通知|告诉|告訴|警告|报警|報警|告警)(?:我|我们)?$/u,
  /,?\s*(?:please\s+)?(?:alert|tell|notify|warn)\s+(?:me|us)$/i,
];

/** What a rule's sentence asks for, without "alert when …" or "当…时提醒我": for people to read; the model gets the sentence. */
export function clauseOf(sentence: string): string {
  const whole = sentence.trim().replace(/[.!。！]+$/u, '').trim();
  let clause = whole;
  for (const ending of ENDINGS) clause = clause.replace(ending, '');
  for (const opening of OPENINGS) {
    const bare = clause.replace(opening, '');
    if (bare === clause) continue;
    clause = bare;
    break;
  }
  clause = clause.trim().replace(/[，,]$/u, '');
  return clause === '' ? whole : clause;
}

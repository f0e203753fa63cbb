import type { Severity } from '../values.ts';

/** When a rule listens. */
export interface Schedule {
  /** days that its hours begin on, 0 (Sunday) to 6; none: every day */
  readonly days: readonly number[];
  /** minutes of the day; none: all day; `to` up to `from` means the next day */
  readonly hours: readonly { readonly from: number; readonly to: number }[];
  /** IANA's name of the zone that days and hours are meant in */
  readonly timezone: string;
}

/** What is to be told of, as a sentence, and how. At most one of `for`, `absent`, `count`, `then`, `without`. Lengths are in seconds. */
export interface Rule {
  readonly id: string;
  /** the whole sentence, as people wrote it: "alert when someone picks up the phone" */
  readonly alert: string;
  /** ids; empty: all cameras */
  readonly cameras: readonly string[];
  /** seconds after an alert in which this rule stays silent for that camera; 0: never silent */
  readonly cooldown: number;
  readonly severity: Severity;
  /** least probability of "yes", 0..1 */
  readonly threshold: number;
  readonly enabled: boolean;
  readonly schedule?: Schedule;
  /** alert when it has gone on for so long */
  readonly for?: number;
  /** alert when it has not happened for so long of watched time */
  readonly absent?: number;
  /** alert when it has happened so many times within so long */
  readonly count?: { readonly times: number; readonly within: number };
  /** alert when this follows `within` so long */
  readonly then?: string;
  /** alert when this does not follow `within` so long */
  readonly without?: string;
  readonly within?: number;
  /** look a second time before alerting */
  readonly verify?: boolean;
  /** wall clock, ms; the rule holds for what happens before it */
  readonly until?: number;
  /** wall clock, ms; what happens before it is passed over */
  readonly snoozedUntil?: number;
}

/** The rule's parts: `ask` is what an event is held against, `clause` the same for people to read. */
export function clausesOf(rule: Rule): readonly { readonly clause: string; readonly ask: string }[] {
  const second = rule.then ?? rule.without;
  return [rule.alert, ...(second === undefined ? [] : [second])].map((ask) => ({ clause: clauseOf(ask), ask }));
}

/** What makes a rule the rule that it is: where this changes, what it has seen so far no longer counts. */
export function meaningOf(rule: Rule): string {
  return JSON.stringify([rule.alert, rule.for, rule.absent, rule.count?.times, rule.count?.within, rule.then, rule.without, rule.within]);
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

import type { Feedback } from '../record.ts';
import type { Rule } from '../rules/rule.ts';
import { clauseOf, clausesOf } from '../rules/rule.ts';
import type { Alert } from '../values.ts';
import { atThreshold, ENOUGH, suggestThreshold } from './suggest.ts';
import type { AtThreshold, Labelled, Suggestion } from './suggest.ts';

/** What a person said of an alert, and the alert in its newest phase. */
export type JudgedAlert = Feedback & { readonly alert: Alert };

/** A labelled alert with its score when it was given, and by the present model and rule. */
export interface LabelledAlert {
  readonly alertId: string;
  readonly camera: string;
  readonly text: string;
  /** wall clock, ms */
  readonly happenedAt: number;
  readonly right: boolean;
  readonly note: string;
  /** when it was given, 0..1 */
  readonly score: number;
  /** now; null where it was not asked for or cannot be asked: no event, or the rule is gone */
  readonly rescored: number | null;
  readonly clip: string | null;
  readonly snapshot: string | null;
}

/** A rule by what people said of its alerts. */
export interface RuleVerdict {
  readonly rule: string;
  readonly ruleText: string;
  /** the rule is still there */
  readonly present: boolean;
  /** that of the rule as it is, or, where it is gone, that of its last alert */
  readonly threshold: number;
  readonly labels: readonly LabelledAlert[];
  /** all labelled alerts, whatever their scores */
  readonly right: number;
  readonly wrong: number;
  /** at that threshold, by the scores of then and of now */
  readonly stored: AtThreshold;
  readonly rescored: AtThreshold | null;
  /** enough labels of both kinds for a suggestion */
  readonly enough: boolean;
  /** by the scores of now where all were scored anew, else by those of then; null where there are too few labels or none does better */
  readonly suggestion: Suggestion | null;
}

export interface JudgeOptions {
  readonly rules: readonly Rule[];
  /** the present model's scores of events' texts under sentences, in their order; without it only the stored scores count */
  score?(questions: readonly Question[]): Promise<number[]>;
}

/** Does what happened, in the event's words, satisfy the sentence? */
export interface Question {
  readonly text: string;
  readonly ask: string;
}

/** Rules by what people said of their alerts, the most labelled ones first. @throws what `score` throws */
export async function judgeRules(judged: readonly JudgedAlert[], opts: JudgeOptions): Promise<RuleVerdict[]> {
  const byRule = new Map<string, JudgedAlert[]>();
  for (const one of judged) byRule.set(one.alert.ruleId, [...(byRule.get(one.alert.ruleId) ?? []), one]);
  const scored = opts.score ? await rescore(judged, opts) : new Map<string, number>();
  return [...byRule].map(([id, all]) => verdictOf(id, all, opts.rules.find((rule) => rule.id === id), scored)).sort((a, b) => b.labels.length - a.labels.length || a.rule.localeCompare(b.rule));
}

/** Questions of one alert: its parts' texts, each under the sentence that the rule has for it now. */
function questionsOf({ alert }: JudgedAlert, rule: Rule): Question[] {
  const parts = clausesOf(rule);
  const ask = (clause: string): string | undefined => parts.find((part) => part.clause === clause)?.ask ?? (parts.length === 1 ? parts[0]?.ask : undefined);
  const evidence = alert.evidence.length > 0 || alert.eventId === null ? alert.evidence : [{ text: alert.text, clause: clauseOf(alert.ruleText) }];
  const questions = evidence.map(({ text, clause }) => ({ text, ask: ask(clause) }));
  return questions.flatMap(({ text, ask: sentence }) => (sentence === undefined ? [] : [{ text, ask: sentence }])).slice(0, questions.every((q) => q.ask !== undefined) ? undefined : 0);
}

/** Scores of all that can be asked, by alert: of several parts the least, as in an alert. */
async function rescore(judged: readonly JudgedAlert[], { rules, score }: JudgeOptions): Promise<Map<string, number>> {
  const all = judged.flatMap((one) => {
    const rule = rules.find(({ id }) => id === one.alert.ruleId);
    return rule ? questionsOf(one, rule).map((question) => ({ id: one.alertId, question })) : [];
  });
  const scores = (await score?.(all.map(({ question }) => question))) ?? [];
  const least = new Map<string, number>();
  all.forEach(({ id }, i) => least.set(id, Math.min(least.get(id) ?? 1, scores[i] ?? 0)));
  return least;
}

function verdictOf(id: string, judged: readonly JudgedAlert[], rule: Rule | undefined, scored: ReadonlyMap<string, number>): RuleVerdict {
  const labels = judged.map(({ alert, right, note }): LabelledAlert => {
    const { camera, text, happenedAt, score, clip, snapshot } = alert;
    return { alertId: alert.id, camera, text, happenedAt, right, note, score, rescored: scored.get(alert.id) ?? null, clip, snapshot };
  });
  const last = judged.at(-1)?.alert;
  const threshold = rule?.threshold ?? last?.threshold ?? 0.5;
  const anew = labels.flatMap(({ rescored, right }): Labelled[] => (rescored === null ? [] : [{ score: rescored, right }]));
  const right = labels.filter((label) => label.right).length;
  return {
    rule: id, ruleText: rule?.alert ?? last?.ruleText ?? '', present: rule !== undefined, threshold, labels, right, wrong: labels.length - right,
    enough: Math.min(right, labels.length - right) >= ENOUGH,
    stored: atThreshold(labels, threshold),
    rescored: anew.length === 0 ? null : atThreshold(anew, threshold),
    suggestion: suggestThreshold(anew.length === labels.length ? anew : labels, threshold),
  };
}

import type { ConfigFiles } from '../../config/files.ts';
import { LookoutError } from '../../errors.ts';
import { judgeRules } from '../../feedback/judge.ts';
import { meantIn } from '../../store/asked.ts';
import type { FeedbackQuery, JudgedAlert } from '../../store/feedback.ts';
import { parseWhen } from '../../store/when.ts';
import { verdictOut } from '../reportShape.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { feedbackAnswer, feedbackQuery } from '../schemas/feedback.ts';
import type { ScoreOptions, ScoreQuestion } from './backtest.ts';

export interface FeedbackNeeds {
  readonly log: { feedback(q: FeedbackQuery): JudgedAlert[] };
  readonly files: ConfigFiles;
  /** as a backtest's */
  score(questions: readonly ScoreQuestion[], opts: ScoreOptions): Promise<number[]>;
  /** wall clock, ms */
  now(): number;
}

/** What people said of alerts, and the thresholds that it suggests. */
export function feedbackRoutes({ log, files, score, now }: FeedbackNeeds): Route[] {
  return [
    route({
      method: 'GET', path: '/v1/feedback', scope: 'viewer', tag: 'rules', heavy: true,
      summary: 'The rules by what people said of their alerts, with suggested thresholds', query: feedbackQuery, response: { json: feedbackAnswer },
      async handle({ query: { rule, since, timezone, rescore }, signal }) {
        const rules = files.read().rules.map((filed) => filed.rule);
        const range = since === undefined ? {} : { since: parseWhen(meantIn(since, timezone), new Date(now()), 'since') };
        const judged = log.feedback({ ...range, ...(rule === undefined ? {} : { rule }) });
        if (rule !== undefined && judged.length === 0 && !rules.some(({ id }) => id === rule)) throw new LookoutError('RULE_NOT_FOUND', `there is no rule ${rule}, and no word on an alert of it.`);
        const verdicts = await judgeRules(judged, { rules, ...(rescore && judged.length > 0 ? { score: (questions: readonly ScoreQuestion[]) => score(questions, { signal }) } : {}) });
        return { rules: verdicts.map(verdictOut) };
      },
    }),
  ];
}

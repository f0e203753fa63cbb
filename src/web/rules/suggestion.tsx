import type { FeedbackReportOut } from '../../api/schemas/feedback.ts';
import { get } from '../api/client.ts';
import { t } from '../i18n/language.ts';
import { number } from '../i18n/times.ts';
import { Button } from '../ui/button.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { Notice } from '../ui/surfaces.tsx';
import { useLoad } from '../ui/useLoad.ts';
import { percent } from './percent.ts';

/** What people said of a rule's alerts, and the threshold that follows from it, where there is enough of it. */
export function Suggestion({ rule, onThreshold }: { rule: string; onThreshold: (threshold: number) => void }) {
  const words = t().rules.trial;
  const report = useLoad((signal) => get<FeedbackReportOut>('/v1/feedback', { rule }, signal), [rule]);
  if (report.problem.value) return <ProblemNote problem={report.problem.value} retry={report.reload} />;
  const said = report.value.value?.rules.find((one) => one.rule === rule);
  if (!said || said.right + said.wrong === 0) return null;
  const { suggestion } = said;
  return (
    <Notice>
      <div>{words.judged(number(said.right), number(said.wrong))}</div>
      {suggestion && (
        <div class="row">
          <span class="grow">{words.suggested(percent(suggestion.threshold), number(suggestion.wrong_spared), number(suggestion.right_lost))} {suggestion.sure === 'weak' && words.weak}</span>
          <Button slim onClick={() => onThreshold(suggestion.threshold)}>{words.use(percent(suggestion.threshold))}</Button>
        </div>
      )}
    </Notice>
  );
}

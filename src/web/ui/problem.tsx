import { Problem } from '../api/problem.ts';
import { t } from '../i18n/language.ts';
import { Button } from './button.tsx';
import { Notice } from './surfaces.tsx';

/** What went wrong, what to do about it, and a way to try again. */
export function ProblemNote({ problem, retry }: { problem: Problem; retry?: (() => void) | undefined }) {
  return (
    <Notice tone={problem.status === 0 ? 'warning' : 'critical'} role="alert">
      <div class="strong">{problem.message || problem.code}</div>
      {problem.remedy !== '' && <div class="quiet">{problem.remedy}</div>}
      <div class="row apart">
        <span class="code">{problem.code}</span>
        {retry && <Button slim onClick={retry}>{t().shell.retry}</Button>}
      </div>
    </Notice>
  );
}

/** What a `catch` caught, as something to show; errors of this page itself go on to the console and the view's frame. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  throw error;
}

import type { Problem } from '../api/problem.ts';
import { t } from '../i18n/language.ts';
import { ProblemNote } from '../ui/problem.tsx';
import { EmptyState } from '../ui/surfaces.tsx';

/** What was asked for is not there any more, or could not be read. */
export function Gone({ problem, retry }: { problem: Problem; retry: () => void }) {
  const words = t().detail.gone;
  return problem.status === 404 ? <EmptyState icon="search" title={words.title}>{words.text}</EmptyState> : <ProblemNote problem={problem} retry={retry} />;
}

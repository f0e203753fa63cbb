import { address } from '../api/client.ts';
import { locale, t } from '../i18n/language.ts';
import { stretch } from '../timeline/clock.ts';
import { presently } from '../timeline/present.ts';
import { recordedIn } from '../timeline/recorded.ts';
import { missing } from '../timeline/span.ts';
import { ButtonLink } from '../ui/button.tsx';
import { EmptyState, Notice, Waiting } from '../ui/surfaces.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { useLoad } from '../ui/useLoad.ts';
import { mayAdmin } from '../session.ts';
import { Facts } from './facts.tsx';
import { Film } from './media.tsx';
import { watchRange } from './watchRange.ts';

/** A stretch of a camera's recording. */
export function Watch({ what }: { what: string }) {
  const words = t().detail;
  const range = watchRange(what);
  const { value, problem, reload } = useLoad(async (signal) => (range ? recordedIn(range, signal, range.camera) : []), [what]);
  if (problem.value) return <ProblemNote problem={problem.value} retry={reload} />;
  if (!value.value) return <Waiting label={t().shell.loading} />;
  if (!range || value.value.length === 0) {
    return <EmptyState icon="play" title={words.recording} action={mayAdmin.value && <ButtonLink href="/settings">{words.watch.settings}</ButtonLink>}>{words.watch.empty}</EmptyState>;
  }
  const holes = missing(range, value.value).filter((hole) => hole.to - hole.from > 1000);
  return (
    <div class="stack wide">
      <Film src={address(`/v1/cameras/${range.camera}/clip`, { from: range.from, to: range.to })} />
      <Facts facts={[[words.camera, range.camera], [words.watch.range, stretch(range.from, range.to, { locale: locale() }, presently())]]} />
      {range.cut && <Notice>{words.watch.long}</Notice>}
      {holes.length > 0 && <Notice tone="warning">{words.watch.gaps} {holes.slice(0, 3).map((hole) => stretch(hole.from, hole.to, { locale: locale() }, presently())).join('; ')}</Notice>}
    </div>
  );
}

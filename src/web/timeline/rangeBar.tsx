import { locale, t } from '../i18n/language.ts';
import { lasting } from '../i18n/times.ts';
import { navigate, withQuery } from '../router.ts';
import { Button, ButtonLink } from '../ui/button.tsx';
import { address } from '../api/client.ts';
import { stretch } from './clock.ts';
import { presently } from './present.ts';
import { lengthOf } from './span.ts';
import { filter, lanes, lookNear, range, selecting } from './state.ts';

/** What can be done with the selected stretch. */
export function RangeBar() {
  const words = t().timeline;
  const { value } = range;
  if (!value) return selecting.value ? <div class="range-bar hint small" role="status">{words.selectHint}</div> : null;
  const camera = filter.value.cameras[0] ?? lanes.value[0];
  const times = { from: Math.round(value.from), to: Math.round(value.to) };
  return (
    <div class="range-bar" role="group" aria-label={words.selected}>
      <div class="grow">
        <span class="strong numbers">{stretch(value.from, value.to, { locale: locale() }, presently())}</span>{' '}
        <span class="quiet small">{lasting(lengthOf(value))}</span>
      </div>
      <ButtonLink slim kind="main" icon="ask" href={address('/ask', { camera, ...times })}>{words.askAbout}</ButtonLink>
      <Button slim icon="large" onClick={() => lookNear(value)}>{words.zoomTo}</Button>
      {camera !== undefined && <Button slim icon="play" onClick={() => navigate(withQuery({ watch: `${camera}:${times.from}:${times.to}` }))}>{words.watch}</Button>}
      <Button slim icon="search" onClick={() => navigate(withQuery({ why: String(Math.round(Math.min((times.from + times.to) / 2, presently()))) }))}>{words.whyNot}</Button>
      <Button slim kind="plain" icon="close" label={words.clear} onClick={() => (range.value = null)} />
    </div>
  );
}

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n/language.ts';
import { offsetAt, zone } from '../i18n/times.ts';
import { place } from '../router.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { now } from '../ui/time.tsx';
import { Brand, openViews, ViewLink } from './navigation.tsx';
import { Viewer } from './viewer.tsx';

/** Of the views, those that a phone has a place for at its foot; the others are behind the last. */
const AT_THE_FOOT = 4;

export function TopBar() {
  return (
    <header class="top">
      <Brand />
      <span class="tiny faint numbers" title={t().shell.zone(zone, offsetAt(now.value))}>{offsetAt(now.value)}</span>
    </header>
  );
}

export function TabBar() {
  const more = useSignal(false);
  const here = place.value;
  useEffect(() => {
    more.value = false;
  }, [here]);
  const views = openViews();
  const hidden = views.slice(AT_THE_FOOT).some(({ name }) => name === here.view);
  return (
    <>
      <nav class="tabs" aria-label={t().shell.navigation}>
        {views.slice(0, AT_THE_FOOT).map((view) => <ViewLink key={view.name} view={view} />)}
        <button type="button" aria-haspopup="dialog" aria-current={hidden ? 'page' : undefined} onClick={() => (more.value = true)}>
          <Icon name="more" size={20} />
          <span class="clip-line">{t().shell.more}</span>
        </button>
      </nav>
      {more.value && (
        <Dialog title={t().shell.more} onClose={() => (more.value = false)}>
          <div class="stack wide">
            <div class="nav">{views.slice(AT_THE_FOOT).map((view) => <ViewLink key={view.name} view={view} />)}</div>
            <Viewer />
          </div>
        </Dialog>
      )}
    </>
  );
}

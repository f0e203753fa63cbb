import { t } from '../i18n/language.ts';
import { place } from '../router.ts';
import { mayAdmin } from '../session.ts';
import { unseen } from '../store/alerts.ts';
import { Icon } from '../ui/icon.tsx';
import { Viewer } from './viewer.tsx';
import { VIEWS } from './views.tsx';
import type { ViewEntry } from './views.tsx';

export function Brand() {
  return (
    <a class="brand" href="/live">
      <Icon name="eye" size={26} />
      Lookout
    </a>
  );
}

/** The views that this person may see. */
export function openViews(): readonly ViewEntry[] {
  return VIEWS.filter(({ scope }) => scope !== 'admin' || mayAdmin.value);
}

export function SideBar() {
  return (
    <aside class="side">
      <Brand />
      <nav class="nav" aria-label={t().shell.navigation}>
        {openViews().map((view) => <ViewLink key={view.name} view={view} />)}
      </nav>
      <div class="foot"><Viewer /></div>
    </aside>
  );
}

export function ViewLink({ view: { name, icon } }: { view: ViewEntry }) {
  return (
    <a href={`/${name}`} aria-current={place.value.view === name ? 'page' : undefined}>
      <Icon name={icon} size={20} />
      <span class="clip-line">{t()[name].title}</span>
      {name === 'timeline' && unseen.value > 0 && <span class="badge accent count numbers" aria-label={t().shell.unseen(unseen.value)}>{unseen.value}</span>}
    </a>
  );
}

import { useEffect, useErrorBoundary, useRef } from 'preact/hooks';
import { Suspense } from 'preact/compat';
import { t } from '../i18n/language.ts';
import { place } from '../router.ts';
import { unseen } from '../store/alerts.ts';
import { connection, reconnect } from '../store/feed.ts';
import { Button, ButtonLink } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Icon } from '../ui/icon.tsx';
import { EmptyState, Waiting } from '../ui/surfaces.tsx';
import { Toasts } from '../ui/toast.tsx';
import { KeyHelp } from './keys.tsx';
import { openViews, SideBar } from './navigation.tsx';
import { TabBar, TopBar } from './phone.tsx';
import { DetailPanel } from './views.tsx';

/** What stands around every view. */
export function Frame() {
  return (
    <>
      <a class="skip" href="#main">{t().shell.skip}</a>
      <div class="shell">
        <SideBar />
        <TopBar />
        <div>
          {connection.value === 'lost' && (
            <div class="lost" role="status">
              <Icon name="offline" />
              <span>{t().shell.lost}</span>
              <Button slim onClick={reconnect}>{t().shell.retry}</Button>
            </div>
          )}
          <Main />
        </div>
        <TabBar />
      </div>
      <Guard key="detail"><Suspense fallback={null}><DetailPanel /></Suspense></Guard>
      <Toasts />
      <KeyHelp />
      <Confirm />
    </>
  );
}

function Main() {
  const { view } = place.value;
  const entry = openViews().find(({ name }) => name === view);
  const element = useRef<HTMLElement>(null);
  const first = useRef(true);
  const title = entry ? t()[entry.name].title : t().shell.notFound.title;
  const fresh = unseen.value;
  useEffect(() => {
    document.title = `${fresh > 0 ? `(${fresh}) ` : ''}${title} · Lookout`;
  }, [title, fresh]);
  useEffect(() => {
    // there they are marked
    if (view === 'timeline') unseen.value = 0;
  }, [view, fresh]);
  useEffect(() => {
    // a new view begins at its top, for the keyboard and for the ear as well
    if (!first.current) element.current?.focus();
    first.current = false;
    scrollTo(0, 0);
  }, [view]);
  return (
    <main class="content" id="main" tabIndex={-1} ref={element}>
      {entry ? (
        <Guard key={view}><Suspense fallback={<Waiting label={t().shell.loading} />}><entry.page /></Suspense></Guard>
      ) : (
        <EmptyState icon="search" title={t().shell.notFound.title} action={<ButtonLink href="/live">{t().shell.notFound.back}</ButtonLink>}>{t().shell.notFound.text}</EmptyState>
      )}
    </main>
  );
}

/** A view that fails takes nothing else with it. */
function Guard({ children }: { children: preact.ComponentChildren }) {
  const [error] = useErrorBoundary((failure: unknown) => console.error(failure));
  const words = t().shell.broken;
  if (error === undefined) return <>{children}</>;
  return <EmptyState icon="warning" title={words.title} action={<Button onClick={() => location.reload()}>{words.reload}</Button>}>{words.text}</EmptyState>;
}

import { useEffect, useRef } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { t } from '../i18n/language.ts';
import { navigate, place, withQuery } from '../router.ts';
import { Button } from '../ui/button.tsx';
import { AlertDetail } from './alert.tsx';
import { EventDetail } from './event.tsx';
import { Watch } from './watch.tsx';
import { WhyNot } from './whyNot.tsx';
import './detail.css';

/** Keys of the address that open the panel. */
const KEYS = ['alert', 'event', 'watch', 'why'] as const;

function close(): void {
  navigate(withQuery({ alert: null, event: null, watch: null, why: null, rule: null }));
}

/** What is known of one thing, beside any view: `?alert=`, `?event=`, `?watch=camera:from:to` (ms) or `?why=at` (ms). */
export function DetailPanel() {
  const { query } = place.value;
  const kind = KEYS.find((key) => query.has(key));
  const of = kind === undefined ? null : query.get(kind);
  if (kind === undefined || of === null) return null;
  const words = t().detail;
  const title = { alert: words.alert, event: words.event, watch: words.recording, why: words.whyNot }[kind];
  return (
    <Drawer key={kind} title={title}>
      {kind === 'alert' && <AlertDetail key={of} id={of} />}
      {kind === 'event' && <EventDetail key={of} id={of} />}
      {kind === 'watch' && <Watch key={of} what={of} />}
      {kind === 'why' && <WhyNot key={of} at={Number(of)} rule={query.get('rule') ?? ''} />}
    </Drawer>
  );
}

/** Stands beside the view, which stays in use; Escape closes it, and the focus goes back to where it was. */
function Drawer({ title, children }: { title: string; children: ComponentChildren }) {
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    element.current?.focus();
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('dialog[open]')) close();
    };
    document.addEventListener('keydown', onKey);
    document.documentElement.classList.add('has-detail');
    return () => {
      document.removeEventListener('keydown', onKey);
      document.documentElement.classList.remove('has-detail');
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <aside class="detail" ref={element} tabIndex={-1} aria-label={title}>
      <div class="detail-head">
        <h2>{title}</h2>
        <Button kind="plain" slim icon="close" label={t().detail.close} onClick={close} />
      </div>
      <div class="detail-body">{children}</div>
    </aside>
  );
}

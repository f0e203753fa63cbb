import { signal } from '@preact/signals';
import { t } from '../i18n/language.ts';
import { withQuery } from '../router.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';

export interface Toast {
  readonly id: number;
  readonly text: string;
  /** said before the text to those who hear the page */
  readonly heard?: string;
  readonly detail?: string;
  readonly tone?: 'info' | 'warning' | 'critical';
  readonly icon?: IconName;
  /** the query that a click adds to the address, as `{ alert: id }` */
  readonly opens?: Readonly<Record<string, string | null>>;
}

/** No more than so many at once: the oldest goes. */
const MOST = 4;
const SHOWN_MS = 9000;

const toasts = signal<readonly Toast[]>([]);
let last = 0;

/** Says something in a corner for a while, aloud to screen readers as well. */
export function toast(one: Omit<Toast, 'id'>): void {
  const id = ++last;
  toasts.value = [...toasts.value, { ...one, id }].slice(-MOST);
  setTimeout(() => dismiss(id), SHOWN_MS);
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((one) => (
        <div key={one.id} class={`toast ${one.tone ?? ''}`}>
          <Icon name={one.icon ?? 'info'} />
          <div class="grow">
            {one.heard && <span class="only-heard">{one.heard} </span>}
            {one.opens ? <a class="cover strong" href={withQuery(one.opens)} onClick={() => dismiss(one.id)}>{one.text}</a> : <span class="strong">{one.text}</span>}
            {one.detail && <div class="small quiet">{one.detail}</div>}
          </div>
          <Button kind="plain" slim icon="close" label={t().shell.dismiss} onClick={() => dismiss(one.id)} />
        </div>
      ))}
    </div>
  );
}
